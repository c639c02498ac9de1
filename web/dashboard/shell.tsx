import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Dictionary, LanguageSwitch, useLanguage, useWords } from './language.tsx';
import { addressOfSection, usePath } from './route.ts';
import { type Section, sections } from './sections.ts';
import { clientOf, endSession, useSession } from './session.ts';
import { Icon } from './ui/icon.tsx';
import { Loading, Problem } from './ui/states.tsx';

const dictionary: Dictionary<'sections' | 'menu' | 'signOut' | 'skip'> = {
  en: { sections: 'Sections', menu: 'Menu', signOut: 'Sign out', skip: 'Skip to content' },
  es: { sections: 'Secciones', menu: 'Menú', signOut: 'Cerrar sesión', skip: 'Saltar al contenido' },
};

/** The frame of every section: the navigation and the user. */
export function Shell() {
  const words = useWords(dictionary);
  const language = useLanguage();
  const { user } = useSession();
  const path = usePath();
  const [isOpen, setOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const allowed = sections.filter(({ isFor }) => isFor?.(user) ?? true);
  const section = allowed.find((each) => each.path === path.split('/')[0]) ?? allowed[0];
  const first = useRef(true);
  useEffect(() => {
    setOpen(false);
    if (section) document.title = `${section.label[language]} · Strongroom`;
    if (!first.current) main.current?.focus();
    first.current = false;
  }, [section, language]);
  return (
    <div class="shell">
      <header class="bar">
        <a
          class="skip"
          href={addressOfSection(path)}
          onClick={(event) => {
            event.preventDefault();
            main.current?.focus();
          }}
        >
          {words.skip}
        </a>
        <p class="brand">
          <span class="mark" aria-hidden="true" />
          Strongroom
        </p>
        <button
          type="button"
          class="menu"
          aria-expanded={isOpen}
          aria-controls="navigation"
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name="menu" />
          {words.menu}
        </button>
        <div id="navigation" class={isOpen ? 'navigation open' : 'navigation'}>
          <nav aria-label={words.sections}>
            <ul>
              {allowed.map((each) => (
                <li key={each.path}>
                  <a
                    href={addressOfSection(each.path)}
                    {...(each === section && { 'aria-current': 'page' as const })}
                  >
                    <Icon name={each.icon} />
                    {each.label[language]}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <div class="who">
            <p class="user">{user.name ?? user.email}</p>
            <LanguageSwitch />
            <SignOut label={words.signOut} />
          </div>
        </div>
      </header>
      <main ref={main} tabIndex={-1}>
        {section && <SectionView key={section.path} section={section} />}
      </main>
    </div>
  );
}

function SignOut({ label }: { readonly label: string }) {
  const { credential } = useSession();
  const signOut = () => {
    // Ask the server to revoke the token. This tab forgets it even if the request fails.
    if ('token' in credential)
      clientOf({ credential })
        .call('auth.logout')
        .catch(() => undefined);
    endSession('signed-out');
  };
  return (
    <button type="button" class="quiet" onClick={signOut}>
      <Icon name="out" />
      {label}
    </button>
  );
}

function SectionView({ section }: { readonly section: Section }) {
  const [Content, setContent] = useState<ComponentType>();
  const [error, setError] = useState<unknown>();
  const [tries, setTries] = useState(0);
  useEffect(() => {
    setError(undefined);
    section.load().then((module) => setContent(() => module.default), setError);
  }, [section, tries]);
  if (Content) return <Content />;
  return error ? <Problem error={error} retry={() => setTries(tries + 1)} /> : <Loading />;
}
