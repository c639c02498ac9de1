import { StrongroomError } from '../../client/index.ts';
import { type Dictionary, useWords } from './language.tsx';

/** Of the API, of its client, and of the cryptography of the vault. */
type VaultCode =
  | 'WRONG_USER_SECRET'
  | 'TAMPERED'
  | 'KEY_MISMATCH'
  | 'UNTRUSTED_KEYS'
  | 'KEYS_REQUIRED'
  | 'KEYS_EXIST'
  | 'VALUE_EXISTS'
  | 'SHARE_EXISTS'
  | 'TOO_MANY_SHARES'
  | 'PLAN_LIMIT_REACHED'
  | 'STORAGE_NOT_CONFIGURED'
  | 'TOO_MANY_UPLOADS'
  | 'RESTORE_PENDING'
  | 'RESTORE_TOO_EARLY';

/** The errors that users meet most; of any other the server's own sentence is shown. */
const sentences: Dictionary<
  | 'NETWORK'
  | 'INVALID_CREDENTIALS'
  | 'UNAUTHENTICATED'
  | 'RATE_LIMITED'
  | 'NOT_FOUND'
  | 'FORBIDDEN'
  | 'CONFLICT'
  | 'EMAIL_TAKEN'
  | 'REGISTRATION_CLOSED'
  | 'NO_SANDBOX_FREE'
  | 'PACKAGE_EXISTS'
  | 'NO_CODE_GENERATED'
  | 'GENERATOR_FAILED'
  | 'GENERATOR_NOT_CONFIGURED'
  | 'BUILDER_BUSY'
  | 'WRONG_MASTER_PASSWORD'
  | 'TAMPERED_PAYLOAD'
  | 'PROOF_REJECTED'
  | 'SESSION_ENDED'
  | 'INVALID_REQUEST'
  | 'INTERNAL'
  | VaultCode
> = {
  en: {
    NETWORK: 'The server did not answer. Check your connection and try again.',
    INVALID_CREDENTIALS: 'The e-mail address or the password is not right.',
    UNAUTHENTICATED: 'This key is not known, or no longer valid.',
    RATE_LIMITED: 'Too many requests. Wait a little and try again.',
    NOT_FOUND: 'It is not there any more.',
    FORBIDDEN: 'You are not allowed to do this.',
    CONFLICT: 'Somebody changed it at the same time. Try again.',
    EMAIL_TAKEN: 'There is an account with this e-mail address already.',
    REGISTRATION_CLOSED: 'Accounts are made by an administrator here.',
    NO_SANDBOX_FREE: 'All sandboxes are busy. Try again in a moment.',
    PACKAGE_EXISTS: 'This package is on the list already. Edit the list to ask for another version.',
    BUILDER_BUSY: 'Too many lists are being installed. Try again in a moment.',
    NO_CODE_GENERATED: 'The language model wrote no program that can be used.',
    GENERATOR_FAILED: 'The language model gave no answer. Try again.',
    GENERATOR_NOT_CONFIGURED:
      'No language model is configured. Whoever runs this installation sets STRONGROOM_GENERATOR to bedrock, anthropic or openai, and STRONGROOM_GENERATOR_MODEL to the name of a model.',
    WRONG_MASTER_PASSWORD: 'The master password does not open this program.',
    TAMPERED_PAYLOAD: 'This is not the program that was stored: it was altered.',
    PROOF_REJECTED:
      'The sandbox is not proven to be one of this installation, by the keys that this browser keeps and by its clock. ' +
      'The password was not sent.',
    SESSION_ENDED: 'The sandbox has gone meanwhile. Try again.',
    INVALID_REQUEST: 'Something that was entered is not right.',
    INTERNAL: 'Something went wrong on the server.',
    WRONG_USER_SECRET: 'This is not the user secret.',
    TAMPERED: 'What the server gave does not open: it was altered, or belongs elsewhere.',
    KEY_MISMATCH: 'It was encrypted for other keys than yours.',
    UNTRUSTED_KEYS:
      'The server named other keys of somebody than the ones that were shown here, or that this browser knows. Nothing was encrypted for them.',
    KEYS_REQUIRED: 'You have no keys yet. Make them in the vault.',
    KEYS_EXIST: 'You have keys already. Load the page again.',
    VALUE_EXISTS: 'There is a value of this name already. Replace it in the list.',
    SHARE_EXISTS: 'It is shared with this person already.',
    TOO_MANY_SHARES: 'It is shared with as many people as can be. Revoke a share first.',
    PLAN_LIMIT_REACHED: 'The plan of your org does not allow more.',
    STORAGE_NOT_CONFIGURED: 'Your org has no storage for files.',
    TOO_MANY_UPLOADS: 'Too many uploads are unfinished. Resume one, or give one up.',
    RESTORE_PENDING: 'A restore by another trustee waits for the owner already.',
    RESTORE_TOO_EARLY: 'The restore may not be used yet.',
  },
  es: {
    NETWORK: 'El servidor no ha respondido. Comprueba la conexión e inténtalo de nuevo.',
    INVALID_CREDENTIALS: 'El correo o la contraseña no es correcto.',
    UNAUTHENTICATED: 'Esta clave no se conoce o ya no es válida.',
    RATE_LIMITED: 'Demasiadas peticiones. Espera un poco e inténtalo de nuevo.',
    NOT_FOUND: 'Ya no está.',
    FORBIDDEN: 'No tienes permiso para hacer esto.',
    CONFLICT: 'Alguien lo ha cambiado al mismo tiempo. Inténtalo de nuevo.',
    EMAIL_TAKEN: 'Ya hay una cuenta con este correo.',
    REGISTRATION_CLOSED: 'Aquí las cuentas las crea un administrador.',
    NO_SANDBOX_FREE: 'No queda ningún entorno libre. Inténtalo dentro de un momento.',
    PACKAGE_EXISTS: 'Este paquete ya está en la lista. Edita la lista para pedir otra versión.',
    BUILDER_BUSY: 'Se están instalando demasiadas listas. Inténtalo dentro de un momento.',
    NO_CODE_GENERATED: 'El modelo de lenguaje no escribió ningún programa que se pueda usar.',
    GENERATOR_FAILED: 'El modelo de lenguaje no ha respondido. Inténtalo de nuevo.',
    GENERATOR_NOT_CONFIGURED:
      'No hay ningún modelo de lenguaje configurado. Quien lleva esta instalación pone STRONGROOM_GENERATOR a bedrock, anthropic u openai, y STRONGROOM_GENERATOR_MODEL al nombre de un modelo.',
    WRONG_MASTER_PASSWORD: 'La contraseña maestra no abre este programa.',
    TAMPERED_PAYLOAD: 'Este no es el programa que se guardó: se ha alterado.',
    PROOF_REJECTED:
      'No está probado que el entorno sea de esta instalación, según las claves que guarda este navegador y su reloj. ' +
      'La contraseña no se ha enviado.',
    SESSION_ENDED: 'El entorno ya no está. Inténtalo de nuevo.',
    INVALID_REQUEST: 'Algo de lo introducido no es correcto.',
    INTERNAL: 'Algo ha fallado en el servidor.',
    WRONG_USER_SECRET: 'Este no es el secreto de usuario.',
    TAMPERED: 'Lo que dio el servidor no se abre: se alteró o es de otro sitio.',
    KEY_MISMATCH: 'Se cifró para otras claves que las tuyas.',
    UNTRUSTED_KEYS:
      'El servidor dio otras claves de alguien que las que se mostraron aquí, o que las que este navegador conoce. No se ha cifrado nada para ellas.',
    KEYS_REQUIRED: 'Todavía no tienes claves. Créalas en la caja fuerte.',
    KEYS_EXIST: 'Ya tienes claves. Vuelve a cargar la página.',
    VALUE_EXISTS: 'Ya hay un valor con este nombre. Reemplázalo en la lista.',
    SHARE_EXISTS: 'Ya se comparte con esta persona.',
    TOO_MANY_SHARES: 'Se comparte con tantas personas como es posible. Revoca antes una.',
    PLAN_LIMIT_REACHED: 'El plan de tu organización no permite más.',
    STORAGE_NOT_CONFIGURED: 'Tu organización no tiene dónde guardar archivos.',
    TOO_MANY_UPLOADS: 'Hay demasiadas subidas sin terminar. Reanuda una o abandona una.',
    RESTORE_PENDING: 'Ya espera una restauración de otra persona de confianza.',
    RESTORE_TOO_EARLY: 'La restauración todavía no se puede usar.',
  },
};

/** Says errors in the user's language, and which fields are at fault. */
export function useErrorText(): (error: unknown) => string {
  const words = useWords(sentences);
  return (error) => {
    if (!(error instanceof Error)) return String(error);
    const code = 'code' in error ? String(error.code) : '';
    const known = Object.hasOwn(words, code) ? words[code as keyof typeof words] : error.message;
    const details = error instanceof StrongroomError ? error.details : [];
    const fields = details.map(({ path, message }) => (path ? `${path}: ${message}` : message));
    return [known, ...fields].join(' ');
  };
}
