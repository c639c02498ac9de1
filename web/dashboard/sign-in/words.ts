import type { Dictionary } from '../language.tsx';

const en = {
  signIn: 'Sign in',
  register: 'Create an account',
  withKey: 'Sign in with an API key',
  signInInstead: 'Sign in with a password',
  registerInstead: 'Create an account',
  withKeyInstead: 'Use an API key',
  email: 'E-mail address',
  password: 'Password',
  passwordHint: 'At least 10 characters.',
  apiKey: 'API key',
  apiKeyHint: 'It begins with pyapi_. It stays in this page until you close or reload it.',
  busy: 'One moment …',
  expired: 'Your session has ended. Sign in again to go on.',
  keptHere: 'This page talks to this installation alone.',
};

export const dictionary: Dictionary<keyof typeof en> = {
  en,
  es: {
    signIn: 'Entrar',
    register: 'Crear una cuenta',
    withKey: 'Entrar con una clave de API',
    signInInstead: 'Entrar con contraseña',
    registerInstead: 'Crear una cuenta',
    withKeyInstead: 'Usar una clave de API',
    email: 'Correo electrónico',
    password: 'Contraseña',
    passwordHint: 'Al menos 10 caracteres.',
    apiKey: 'Clave de API',
    apiKeyHint: 'Empieza por pyapi_. Se queda en esta página hasta que la cierres o la recargues.',
    busy: 'Un momento …',
    expired: 'Tu sesión ha terminado. Entra de nuevo para continuar.',
    keptHere: 'Esta página habla solo con esta instalación.',
  },
};
