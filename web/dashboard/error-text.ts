import { type ClientErrorCode, StrongroomError } from '../../client/index.ts';
import type { UntrustedKeys } from '../../client/vault/trust.ts';
import type { ValueExists } from '../../client/vault/values.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Refused } from '../../crypto/errors.ts';
import { type Dictionary, useWords } from './language.tsx';

type AnyCode = ErrorCode | ClientErrorCode | (Refused | UntrustedKeys | ValueExists)['code'];

/** Sentences for the errors that users meet. For any other code the page shows the server's own sentence. */
const en = {
  NETWORK: 'The server did not respond. Check your connection and try again.',
  INVALID_CREDENTIALS: 'The email address or password is incorrect.',
  UNAUTHENTICATED: 'This key is unknown or no longer valid.',
  RATE_LIMITED: 'Too many requests. Wait a moment and try again.',
  NOT_FOUND: 'This no longer exists.',
  FORBIDDEN: 'You do not have permission to do this.',
  CONFLICT: 'Someone changed this at the same time. Try again.',
  EMAIL_TAKEN: 'An account with this email address already exists.',
  REGISTRATION_CLOSED: 'Registration is closed. Ask an administrator for an account.',
  NO_SANDBOX_FREE: 'All sandboxes are busy. Try again in a moment.',
  PACKAGE_EXISTS: 'This package is already on the list. Edit the list to change its version.',
  BUILDER_BUSY: 'Too many package lists are being installed. Try again in a moment.',
  NO_CODE_GENERATED: 'The language model did not return a usable program.',
  GENERATOR_FAILED: 'The language model did not respond. Try again.',
  GENERATOR_NOT_CONFIGURED:
    'No language model is configured. The server’s operator must set STRONGROOM_GENERATOR to bedrock, anthropic or openai, and STRONGROOM_GENERATOR_MODEL to a model name.',
  WRONG_MASTER_PASSWORD: 'The master password is incorrect.',
  TAMPERED_PAYLOAD: 'The program was modified after you stored it.',
  PROOF_REJECTED:
    'The sandbox could not prove that it belongs to this server, by the keys that this browser trusts and by its clock. ' +
    'The password was not sent.',
  SESSION_ENDED: 'The sandbox is no longer available. Try again.',
  INVALID_REQUEST: 'The input is not valid.',
  INTERNAL: 'Something went wrong on the server.',
  WRONG_USER_SECRET: 'The user secret is incorrect.',
  TAMPERED: 'The data could not be decrypted. It was modified, or it belongs to another record.',
  KEY_MISMATCH: 'The data was encrypted for other keys than yours.',
  UNTRUSTED_KEYS:
    'The server sent keys that differ from the ones shown here or known to this browser. Nothing was encrypted for them.',
  KEYS_REQUIRED: 'You do not have keys yet. Create them in your vault.',
  KEYS_EXIST: 'You already have keys. Reload the page.',
  VALUE_EXISTS: 'A value with this name already exists. Replace it in the list.',
  SHARE_EXISTS: 'It is already shared with this person.',
  TOO_MANY_SHARES: 'Share limit reached. Revoke a share first.',
  PLAN_LIMIT_REACHED: 'Your organization’s plan does not allow more.',
  STORAGE_NOT_CONFIGURED: 'Your organization has no file storage.',
  TOO_MANY_UPLOADS: 'Too many unfinished uploads. Resume or discard one first.',
  RESTORE_PENDING: 'Another trustee has already restored these keys; the restore is waiting for the owner.',
  RESTORE_TOO_EARLY: 'The restored keys cannot be used yet.',
} satisfies Partial<Record<AnyCode, string>>;

const sentences: Dictionary<keyof typeof en> = {
  en,
  es: {
    NETWORK: 'El servidor no ha respondido. Comprueba la conexión e inténtalo de nuevo.',
    INVALID_CREDENTIALS: 'El correo electrónico o la contraseña no es correcto.',
    UNAUTHENTICATED: 'Esta clave no se conoce o ya no es válida.',
    RATE_LIMITED: 'Demasiadas peticiones. Espera un momento e inténtalo de nuevo.',
    NOT_FOUND: 'Esto ya no existe.',
    FORBIDDEN: 'No tienes permiso para hacer esto.',
    CONFLICT: 'Alguien lo ha cambiado al mismo tiempo. Inténtalo de nuevo.',
    EMAIL_TAKEN: 'Ya existe una cuenta con este correo electrónico.',
    REGISTRATION_CLOSED: 'El registro está cerrado. Pide una cuenta a un administrador.',
    NO_SANDBOX_FREE: 'Todos los entornos aislados están ocupados. Inténtalo dentro de un momento.',
    PACKAGE_EXISTS: 'Este paquete ya está en la lista. Edita la lista para cambiar su versión.',
    BUILDER_BUSY: 'Se están instalando demasiadas listas de paquetes. Inténtalo dentro de un momento.',
    NO_CODE_GENERATED: 'El modelo de lenguaje no ha devuelto ningún programa que se pueda usar.',
    GENERATOR_FAILED: 'El modelo de lenguaje no ha respondido. Inténtalo de nuevo.',
    GENERATOR_NOT_CONFIGURED:
      'No hay ningún modelo de lenguaje configurado. El operador del servidor debe asignar a STRONGROOM_GENERATOR bedrock, anthropic u openai, y a STRONGROOM_GENERATOR_MODEL el nombre de un modelo.',
    WRONG_MASTER_PASSWORD: 'La contraseña maestra no es correcta.',
    TAMPERED_PAYLOAD: 'El programa se modificó después de que lo guardaras.',
    PROOF_REJECTED:
      'El entorno aislado no ha podido demostrar que pertenece a este servidor, según las claves en las que confía este ' +
      'navegador y su reloj. La contraseña no se ha enviado.',
    SESSION_ENDED: 'El entorno aislado ya no está disponible. Inténtalo de nuevo.',
    INVALID_REQUEST: 'Los datos introducidos no son válidos.',
    INTERNAL: 'Algo ha fallado en el servidor.',
    WRONG_USER_SECRET: 'El secreto de usuario no es correcto.',
    TAMPERED: 'Los datos no se pueden descifrar. Se modificaron o pertenecen a otro registro.',
    KEY_MISMATCH: 'Los datos se cifraron para claves distintas de las tuyas.',
    UNTRUSTED_KEYS:
      'El servidor ha enviado claves distintas de las que se mostraron aquí o que este navegador conoce. No se ha cifrado nada para ellas.',
    KEYS_REQUIRED: 'Todavía no tienes claves. Créalas en tu caja fuerte.',
    KEYS_EXIST: 'Ya tienes claves. Vuelve a cargar la página.',
    VALUE_EXISTS: 'Ya existe un valor con este nombre. Reemplázalo en la lista.',
    SHARE_EXISTS: 'Ya se comparte con esta persona.',
    TOO_MANY_SHARES:
      'Has alcanzado el límite de personas con quienes compartir. Revoca antes el acceso de alguna.',
    PLAN_LIMIT_REACHED: 'El plan de tu organización no permite más.',
    STORAGE_NOT_CONFIGURED: 'Tu organización no tiene almacenamiento de archivos.',
    TOO_MANY_UPLOADS: 'Hay demasiadas subidas sin terminar. Reanuda o descarta una antes.',
    RESTORE_PENDING:
      'Otra persona de confianza ya ha restaurado estas claves; la restauración espera a su propietario.',
    RESTORE_TOO_EARLY: 'Las claves restauradas todavía no se pueden usar.',
  },
};

/** Returns a function that puts an error into the user's language and names the invalid fields. */
export function useErrorText(): (error: unknown) => string {
  const words = useWords(sentences);
  return (error) => {
    if (!(error instanceof Error)) return String(error);
    const code = 'code' in error ? String(error.code) : '';
    const sentence = Object.hasOwn(words, code) ? words[code as keyof typeof words] : error.message;
    const details = error instanceof StrongroomError ? error.details : [];
    const fields = details.map(({ path, message }) => (path ? `${path}: ${message}` : message));
    return [sentence, ...fields].join(' ');
  };
}
