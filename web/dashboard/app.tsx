import { useEffect, useState } from 'preact/hooks';
import { type Language, preferred } from '../shared/language.ts';
import { LanguageContext } from './language.tsx';
import { VaultProvider } from './open-vault/provider.tsx';
import { currentSession, onSession, SessionContext } from './session.ts';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in/sign-in.tsx';
import { ToastProvider } from './ui/toast.tsx';

const languageKey = 'strongroom.language';

/** Shows the sign-in page or, during a session, the sections. */
export function App() {
  const [language, setLanguage] = useState<Language>(() =>
    preferred([localStorage.getItem(languageKey) ?? '', ...navigator.languages]),
  );
  const [session, setSession] = useState(currentSession);
  useEffect(() => onSession(() => setSession(currentSession())), []);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choose = (chosen: Language) => {
    localStorage.setItem(languageKey, chosen);
    setLanguage(chosen);
  };
  return (
    <LanguageContext.Provider value={{ language, choose }}>
      <ToastProvider>
        {session ? (
          <SessionContext.Provider value={session}>
            <VaultProvider>
              <Shell />
            </VaultProvider>
          </SessionContext.Provider>
        ) : (
          <SignIn />
        )}
      </ToastProvider>
    </LanguageContext.Provider>
  );
}
