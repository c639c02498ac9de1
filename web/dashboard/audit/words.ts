import type { Dictionary } from '../language.tsx';

const en = {
  title: 'Audit log',
  lead: 'Every change, sign-in, decrypting read and execution, newest first.',
  timeline: 'Entries: {count}, from {from} to {to}. Refused: {refused}.',
  time: 'Time',
  action: 'Action',
  resource: 'Resource',
  outcome: 'Outcome',
  ip: 'IP address',
  success: 'Success',
  refused: 'Refused',
  verify: 'Verify',
  verifyLead:
    'Proves that nothing was changed or removed since this browser last verified the log, and that it contains the entries below.',
  verified: 'Verified entries: {verified}. Not in the log yet: {waiting}. Log size: {size}.',
  emptyLog: 'The log has no entries yet. Try again in a minute.',
  continues: 'The log continues the one that this browser last verified.',
  first: 'This key signs the log. Compare it with the one that your administrator gives you.',
  more: 'Show older entries',
};

export const dictionary: Dictionary<keyof typeof en> = {
  en,
  es: {
    title: 'Registro de auditoría',
    lead: 'Cada cambio, inicio de sesión, lectura que descifra y ejecución; lo más reciente primero.',
    timeline: 'Entradas: {count}, de {from} a {to}. Rechazadas: {refused}.',
    time: 'Hora',
    action: 'Acción',
    resource: 'Recurso',
    outcome: 'Resultado',
    ip: 'Dirección IP',
    success: 'Correcto',
    refused: 'Rechazado',
    verify: 'Verificar',
    verifyLead:
      'Demuestra que no se ha cambiado ni eliminado nada desde que este navegador verificó el registro por última vez, y que contiene las entradas de abajo.',
    verified:
      'Entradas verificadas: {verified}. Aún no están en el registro: {waiting}. Tamaño del registro: {size}.',
    emptyLog: 'El registro todavía no tiene entradas. Inténtalo de nuevo dentro de un minuto.',
    continues: 'El registro continúa el que este navegador verificó por última vez.',
    first: 'Esta clave firma el registro. Compárala con la que te dé tu administrador.',
    more: 'Mostrar entradas anteriores',
  },
};
