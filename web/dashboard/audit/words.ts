import type { Dictionary } from '../language.tsx';

const en = {
  title: 'Audit log',
  lead: 'Every change, sign-in, decrypting read and run, newest first.',
  timeline: 'Entries: {count}, from {from} to {to}. Refused: {refused}.',
  time: 'Time',
  action: 'What',
  resource: 'On what',
  outcome: 'Outcome',
  from: 'From',
  success: 'done',
  refused: 'refused',
  verify: 'Verify',
  verifyLead:
    'Proves that the log only grew since this browser last looked, and that these entries are in it as they are.',
  verified:
    'The log has {size} entries. {verified} of these are in it as they are; {waiting} are not sealed yet.',
  nothingSealed: 'Nothing is sealed into the log yet. Try again in a minute.',
  continues: 'It continues the log that this browser knew.',
  first: 'It is signed by the key below. Compare it with what your administrator tells you.',
  more: 'Older entries',
};

export const dictionary: Dictionary<keyof typeof en> = {
  en,
  es: {
    title: 'Registro de auditoría',
    lead: 'Cada cambio, inicio de sesión, lectura que descifra y ejecución; lo más reciente primero.',
    timeline: 'Entradas: {count}, de {from} a {to}. Rechazadas: {refused}.',
    time: 'Momento',
    action: 'Qué',
    resource: 'Sobre qué',
    outcome: 'Resultado',
    from: 'Desde',
    success: 'hecho',
    refused: 'rechazado',
    verify: 'Verificar',
    verifyLead:
      'Demuestra que el registro solo ha crecido desde la última vez y que estas entradas están en él tal cual.',
    verified:
      'El registro tiene {size} entradas. {verified} de estas están en él tal cual; {waiting} aún no están selladas.',
    nothingSealed: 'Todavía no hay nada sellado en el registro. Inténtalo dentro de un minuto.',
    continues: 'Continúa el registro que este navegador conocía.',
    first: 'Está firmado por la clave de abajo. Compárala con la que te diga tu administrador.',
    more: 'Entradas anteriores',
  },
};
