/** All that the page says. */
const en = {
  title: 'A message for you',
  language: 'Language',
  looking: 'Looking whether the message is there …',
  ready: 'A message is waiting for you',
  readyLead: 'It is encrypted. Nothing has been opened yet.',
  name: 'The sender calls it',
  sent: 'Sent',
  expires: 'Expires',
  never: 'never',
  left: 'in {time}',
  accesses: 'Can be opened',
  unlimited: 'any number of times',
  once: 'once',
  times: '{count} more times',
  onceWarning:
    'Opening it deletes it from the server. Open it when you can read it and keep what you need of it.',
  password: 'Password',
  passwordHint: 'The sender told it to you by another way than this link.',
  passwordNeeded: 'Type the password first.',
  show: 'Show',
  hide: 'Hide',
  showPassword: 'Show the password',
  hidePassword: 'Hide the password',
  key: 'Whole link, or the key after #',
  keyMissing: 'This link is incomplete',
  keyMissingLead:
    'The part after # is the key. It is missing or was cut, as some programs do. Nothing has been used up: open the ' +
    'whole link, or paste it here.',
  keyWrong: 'This is not the whole link, nor its key.',
  open: 'Open the message',
  continue: 'Continue',
  privacy: 'It is decrypted in this browser. Neither the key in the link nor a password is ever sent.',
  opening: 'Opening the message …',
  locked: 'The password is not right',
  lockedNew: 'The message has a password',
  lockedLead: 'The message is here, still encrypted. Try as often as you need to: that uses nothing up.',
  lockedMore: 'If you close this page, the message has to be opened anew.',
  lockedLast: 'This was the last time that it could be opened. If you close this page, the message is lost.',
  legacyDoubt: 'If the password is right for certain, the message was damaged.',
  resources: 'This device could not decrypt it. Close other pages and try again.',
  tryAgain: 'Try again',
  opened: 'The message',
  message: 'Content of the message',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'The browser does not allow copying; select the text instead.',
  download: 'Download',
  downloaded: 'Downloaded',
  clear: 'Clear this page',
  burnt: 'It is deleted from the server. It exists in this page only: close the page, and it is gone.',
  remains: 'It can be opened {count} more times.',
  remainsOnce: 'It can be opened once more.',
  remainsUnlimited: 'It can be opened again.',
  cleared: 'The message is no longer in this page',
  clearedLead: 'You can close it now.',
  gone: 'There is no message here',
  goneLead:
    'It has expired, has been opened as often as it could be, was deleted, or the link is not right. Which of these ' +
    'it is the server does not say. Ask the sender for another one.',
  trouble: 'No connection to the server',
  troubleLead: 'The message was not opened. Check your connection and try again.',
  lost: 'The answer did not come',
  lostLead:
    'Try again within a minute: the server gives the same message once more, and does not count it twice.',
  busy: 'Too many requests',
  busyLead: 'Wait a little and try again. The message was not opened.',
  damaged: 'The message is damaged',
  damagedLead: 'The key is right, but what it opens was altered or cut. Ask the sender for another one.',
  wrongKey: 'The key does not fit this message',
  wrongKeyLead: 'The link is of another message, or was altered. Ask the sender for it again.',
  newer: 'This page does not know the format of the message',
  newerLead: 'It was written by a newer program.',
  insecure: 'This page needs HTTPS',
  insecureLead:
    'The connection is not protected, so whoever is in between could read the message. Ask the sender for a link ' +
    'that begins with https. Nothing has been opened.',
  old: 'This browser cannot open it',
  oldLead: 'It has no WebAssembly, or is set not to run it. Use a current browser. Nothing has been opened.',
  expired: 'expired',
};

export type Words = Readonly<Record<keyof typeof en, string>>;

const es: Words = {
  title: 'Un mensaje para ti',
  language: 'Idioma',
  looking: 'Comprobando si el mensaje está aquí …',
  ready: 'Hay un mensaje para ti',
  readyLead: 'Está cifrado. Todavía no se ha abierto nada.',
  name: 'Nombre que le dio el remitente',
  sent: 'Enviado',
  expires: 'Caduca',
  never: 'nunca',
  left: 'en {time}',
  accesses: 'Se puede abrir',
  unlimited: 'sin límite de veces',
  once: 'una vez',
  times: '{count} veces más',
  onceWarning: 'Al abrirlo se borra del servidor. Ábrelo cuando puedas leerlo y guardar lo que necesites.',
  password: 'Contraseña',
  passwordHint: 'El remitente te la dio por otro medio que este enlace.',
  passwordNeeded: 'Escribe primero la contraseña.',
  show: 'Mostrar',
  hide: 'Ocultar',
  showPassword: 'Mostrar la contraseña',
  hidePassword: 'Ocultar la contraseña',
  key: 'Enlace completo, o la clave que sigue a #',
  keyMissing: 'Este enlace está incompleto',
  keyMissingLead:
    'La parte que sigue a # es la clave. Falta o está cortada, como hacen algunos programas. No se ha gastado nada: ' +
    'abre el enlace completo, o pégalo aquí.',
  keyWrong: 'Esto no es el enlace completo ni su clave.',
  open: 'Abrir el mensaje',
  continue: 'Continuar',
  privacy: 'Se descifra en este navegador. Ni la clave del enlace ni la contraseña se envían nunca.',
  opening: 'Abriendo el mensaje …',
  locked: 'La contraseña no es correcta',
  lockedNew: 'El mensaje tiene contraseña',
  lockedLead: 'El mensaje está aquí, todavía cifrado. Prueba tantas veces como necesites: no gasta nada.',
  lockedMore: 'Si cierras esta página, habrá que abrirlo de nuevo.',
  lockedLast: 'Era la última vez que se podía abrir. Si cierras esta página, el mensaje se pierde.',
  legacyDoubt: 'Si estás seguro de la contraseña, el mensaje está dañado.',
  resources: 'Este dispositivo no ha podido descifrarlo. Cierra otras páginas e inténtalo de nuevo.',
  tryAgain: 'Intentar de nuevo',
  opened: 'El mensaje',
  message: 'Contenido del mensaje',
  copy: 'Copiar',
  copied: 'Copiado',
  copyFailed: 'El navegador no permite copiar; selecciona el texto.',
  download: 'Descargar',
  downloaded: 'Descargado',
  clear: 'Vaciar esta página',
  burnt: 'Está borrado del servidor. Solo existe en esta página: si la cierras, desaparece.',
  remains: 'Se puede abrir {count} veces más.',
  remainsOnce: 'Se puede abrir una vez más.',
  remainsUnlimited: 'Se puede abrir de nuevo.',
  cleared: 'El mensaje ya no está en esta página',
  clearedLead: 'Ya puedes cerrarla.',
  gone: 'Aquí no hay ningún mensaje',
  goneLead:
    'Ha caducado, ya se abrió tantas veces como se podía, fue borrado, o el enlace no es correcto. El servidor no ' +
    'dice cuál de ellas. Pide otro al remitente.',
  trouble: 'Sin conexión con el servidor',
  troubleLead: 'El mensaje no se ha abierto. Comprueba tu conexión e inténtalo de nuevo.',
  lost: 'La respuesta no ha llegado',
  lostLead:
    'Inténtalo de nuevo antes de un minuto: el servidor da el mismo mensaje otra vez y no lo cuenta dos veces.',
  busy: 'Demasiadas peticiones',
  busyLead: 'Espera un poco e inténtalo de nuevo. El mensaje no se ha abierto.',
  damaged: 'El mensaje está dañado',
  damagedLead: 'La clave es correcta, pero lo que abre fue alterado o cortado. Pide otro al remitente.',
  wrongKey: 'La clave no es de este mensaje',
  wrongKeyLead: 'El enlace es de otro mensaje o fue alterado. Pídelo otra vez al remitente.',
  newer: 'Esta página no conoce el formato del mensaje',
  newerLead: 'Lo escribió un programa más nuevo.',
  insecure: 'Esta página necesita HTTPS',
  insecureLead:
    'La conexión no está protegida: quien esté en medio podría leer el mensaje. Pide al remitente un enlace que ' +
    'empiece por https. No se ha abierto nada.',
  old: 'Este navegador no puede abrirlo',
  oldLead: 'No tiene WebAssembly, o no lo permite. Usa un navegador actual. No se ha abierto nada.',
  expired: 'caducado',
};

export const languages = { en: { name: 'English', words: en }, es: { name: 'Español', words: es } } as const;

export type Language = keyof typeof languages;

/** The first language of the browser that the page has, else English. */
export function preferred(wanted: readonly string[]): Language {
  const tags = wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '');
  const found = tags.find((tag): tag is Language => Object.hasOwn(languages, tag));
  return found ?? 'en';
}

export function fill(sentence: string, values: Readonly<Record<string, string>>): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}
