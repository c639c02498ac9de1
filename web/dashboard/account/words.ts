import type { Dictionary } from '../language.tsx';

const en = {
  title: 'Account',
  lead: 'Who you are here, and what you prove it by.',
  who: 'Who is signed in',
  name: 'Name',
  email: 'E-mail address',
  noEmail: 'none',
  role: 'Role',
  member: 'member',
  admin: 'administrator of the org',
  userId: 'User id',
  orgId: 'Org',
  since: 'Since',
  password: 'Password',
  passwordLead: 'A new one ends every other session. The API key and API tokens stay as they are.',
  currentPassword: 'Current password',
  newPassword: 'New password',
  newPasswordHint: 'At least 10 characters.',
  changePassword: 'Change the password',
  passwordChanged: 'The password is changed. All other sessions have ended.',
  wrongPassword: 'The password is not right.',
  apiKey: 'API key',
  apiKeyLead:
    'Programs and the command line prove by it that they act for you. It is good until you replace it.',
  keyPasswordHint:
    'Optional. With it, signing in by the API goes on returning the key; without it, no longer.',
  replaceKey: 'Replace the API key',
  replaceTitle: 'Replace the API key?',
  replaceLead:
    'The old key is refused from then on, wherever it is used. Sessions by password and API tokens go on.',
  replace: 'Replace',
  newKey: 'The new API key',
  newKeyLead: 'Copy it now: it is not shown again.',
};

export const dictionary: Dictionary<keyof typeof en> = {
  en,
  es: {
    title: 'Cuenta',
    lead: 'Quién eres aquí y con qué lo demuestras.',
    who: 'Quién ha entrado',
    name: 'Nombre',
    email: 'Correo electrónico',
    noEmail: 'ninguno',
    role: 'Rol',
    member: 'miembro',
    admin: 'administrador de la organización',
    userId: 'Identificador',
    orgId: 'Organización',
    since: 'Desde',
    password: 'Contraseña',
    passwordLead:
      'Una nueva termina todas las demás sesiones. La clave de API y los tokens de API se quedan igual.',
    currentPassword: 'Contraseña actual',
    newPassword: 'Contraseña nueva',
    newPasswordHint: 'Al menos 10 caracteres.',
    changePassword: 'Cambiar la contraseña',
    passwordChanged: 'La contraseña ha cambiado. Las demás sesiones han terminado.',
    wrongPassword: 'La contraseña no es correcta.',
    apiKey: 'Clave de API',
    apiKeyLead:
      'Con ella los programas y la línea de órdenes actúan en tu nombre. Vale hasta que la reemplaces.',
    keyPasswordHint: 'Opcional. Con ella, entrar por la API sigue devolviendo la clave; sin ella, ya no.',
    replaceKey: 'Reemplazar la clave de API',
    replaceTitle: '¿Reemplazar la clave de API?',
    replaceLead:
      'La clave antigua se rechaza desde ese momento, dondequiera que se use. Las sesiones por contraseña y los tokens de API siguen.',
    replace: 'Reemplazar',
    newKey: 'La clave de API nueva',
    newKeyLead: 'Cópiala ahora: no se vuelve a mostrar.',
  },
};
