import { StrongroomError } from '../../client/index.ts';
import { type Dictionary, useWords } from './language.tsx';

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
  | 'INVALID_REQUEST'
  | 'INTERNAL'
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
    INVALID_REQUEST: 'Something that was entered is not right.',
    INTERNAL: 'Something went wrong on the server.',
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
    INVALID_REQUEST: 'Algo de lo introducido no es correcto.',
    INTERNAL: 'Algo ha fallado en el servidor.',
  },
};

/** Says errors in the user's language, and which fields are at fault. */
export function useErrorText(): (error: unknown) => string {
  const words = useWords(sentences);
  return (error) => {
    if (!(error instanceof StrongroomError)) return error instanceof Error ? error.message : String(error);
    const known = Object.hasOwn(words, error.code) ? words[error.code as keyof typeof words] : error.message;
    const fields = error.details.map(({ path, message }) => (path ? `${path}: ${message}` : message));
    return [known, ...fields].join(' ');
  };
}
