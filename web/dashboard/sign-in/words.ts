import type { Dictionary } from '../language.tsx';

const en = {
  signIn: 'Sign in',
  register: 'Create account',
  withKey: 'Sign in with an API key',
  signInInstead: 'Sign in with a password',
  registerInstead: 'Create account',
  withKeyInstead: 'Use an API key',
  email: 'Email address',
  password: 'Password',
  passwordHint: 'At least 10 characters.',
  apiKey: 'API key',
  apiKeyHint: 'Starts with pyapi_ and is forgotten when you close or reload this page.',
  busy: 'Please wait…',
  expired: 'Your session has ended. Sign in again.',
  connections: 'This page connects only to this server.',
};

export const dictionary: Dictionary<keyof typeof en> = {
  en,
  es: {
    signIn: 'Iniciar sesión',
    register: 'Crear una cuenta',
    withKey: 'Iniciar sesión con una clave de API',
    signInInstead: 'Usar una contraseña',
    registerInstead: 'Crear una cuenta',
    withKeyInstead: 'Usar una clave de API',
    email: 'Correo electrónico',
    password: 'Contraseña',
    passwordHint: 'Al menos 10 caracteres.',
    apiKey: 'Clave de API',
    apiKeyHint: 'Empieza por pyapi_ y se olvida al cerrar o recargar esta página.',
    busy: 'Espera…',
    expired: 'Tu sesión ha terminado. Vuelve a iniciarla.',
    connections: 'Esta página solo se conecta con este servidor.',
  },
};
