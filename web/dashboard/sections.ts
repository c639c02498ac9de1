import type { ComponentType } from 'preact';
import type { Text } from './language.tsx';
import type { User } from './session.ts';
import type { IconName } from './ui/icon.tsx';

export type Section = {
  /** The part of the address after `#/`, and the name of the section's folder. */
  readonly path: string;
  readonly label: Text;
  readonly icon: IconName;
  readonly load: () => Promise<{ readonly default: ComponentType }>;
  /** Whether a user sees the section. By default everyone does. */
  readonly isFor?: (user: User) => boolean;
};

/**
 * The sections, in the order of the navigation. To add one, create a folder `web/dashboard/<path>/` whose
 * `section.tsx` has a component as its default export, put its texts in `words.ts`, and add an entry here. A section
 * is loaded when it is first opened.
 */
export const sections: readonly Section[] = [
  {
    path: 'secrets',
    label: { en: 'Secrets', es: 'Secretos' },
    icon: 'key',
    load: () => import('./secrets/section.tsx'),
  },
  {
    path: 'executions',
    label: { en: 'Executions', es: 'Ejecuciones' },
    icon: 'play',
    load: () => import('./executions/section.tsx'),
  },
  {
    path: 'code',
    label: { en: 'Encrypted code', es: 'Código cifrado' },
    icon: 'lock',
    load: () => import('./code/section.tsx'),
  },
  {
    path: 'packages',
    label: { en: 'Packages', es: 'Paquetes' },
    icon: 'box',
    load: () => import('./packages/section.tsx'),
  },
  {
    path: 'messages',
    label: { en: 'Messages', es: 'Mensajes' },
    icon: 'mail',
    load: () => import('./messages/section.tsx'),
  },
  {
    path: 'vault',
    label: { en: 'Vault', es: 'Caja fuerte' },
    icon: 'safe',
    load: () => import('./vault/section.tsx'),
  },
  {
    path: 'files',
    label: { en: 'Files', es: 'Archivos' },
    icon: 'file',
    load: () => import('./files/section.tsx'),
  },
  {
    path: 'recovery',
    label: { en: 'Recovery', es: 'Recuperación' },
    icon: 'back',
    load: () => import('./recovery/section.tsx'),
  },
  {
    path: 'tokens',
    label: { en: 'API tokens', es: 'Tokens de API' },
    icon: 'ticket',
    load: () => import('./tokens/section.tsx'),
  },
  {
    path: 'audit',
    label: { en: 'Audit log', es: 'Registro de auditoría' },
    icon: 'list',
    load: () => import('./audit/section.tsx'),
  },
  {
    path: 'account',
    label: { en: 'Account', es: 'Cuenta' },
    icon: 'person',
    load: () => import('./account/section.tsx'),
  },
  {
    path: 'administration',
    label: { en: 'Administration', es: 'Administración' },
    icon: 'people',
    load: () => import('./administration/section.tsx'),
    isFor: ({ role }) => role === 'admin',
  },
];
