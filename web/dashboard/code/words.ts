import type { Dictionary } from '../language.tsx';

const en = {
  title: 'Encrypted code',
  lead: 'Python programs under a master password. The server keeps what it cannot read; a sandbox opens it for one run.',
  insecure:
    'Encrypted code needs an address that begins with https://. On this connection somebody in between could read along.',
  add: 'Encrypt a program',
  none: 'No encrypted programs yet',
  noneLead: 'For code that nobody but you may read at rest, not even who runs this server.',
  name: 'Name',
  nameHint: 'Letters, digits, dots, hyphens and underscores: monthly-report.',
  code: 'Program',
  codeHint: 'Python. It is encrypted in this browser and does not leave it otherwise.',
  tooLarge: 'The program is larger than {size}.',
  description: 'Description',
  descriptionHint: 'Optional. Not encrypted: write nothing secret here.',
  password: 'Master password',
  passwordHint:
    'At least 10 characters. It is all that protects the program, and nobody can tell it to you again.',
  passwordAgain: 'Master password, again',
  different: 'The two passwords are not the same.',
  size: 'Size',
  updated: 'Changed',
  save: 'Encrypt and save',
  saved: '{name} is saved, encrypted.',
  replace: 'Replace',
  replaceTitle: 'Replace {name}',
  show: 'Show',
  showLead: 'It is fetched as it is stored, and decrypted in this browser.',
  close: 'Close',
  run: 'Run',
  runTitle: 'Run {name}',
  runLead:
    'The master password is sealed in this browser, to the key of a sandbox. What the program prints is not encrypted. ' +
    'The output comes at its end, or as it comes after 25 seconds.',
  args: 'Arguments',
  argsHint: 'Optional, one in each line.',
  stdin: 'Standard input',
  stop: 'Stop',
  otherKeys:
    'If the keys of this installation were changed, its administrator can tell. Only then take the new ones; if in doubt, do not.',
  takeKeys: 'Trust the keys that it has now',
  remove: 'Delete',
  removeTitle: 'Delete {name}?',
  removeLead: 'The encrypted program cannot be brought back.',
  removed: '{name} is deleted.',
};

export const dictionary: Dictionary<keyof typeof en> = {
  en,
  es: {
    title: 'Código cifrado',
    lead:
      'Programas en Python bajo una contraseña maestra. El servidor guarda lo que no puede leer; un entorno aislado lo ' +
      'abre para una ejecución.',
    insecure:
      'El código cifrado necesita una dirección que empiece por https://. En esta conexión alguien podría leerlo por el camino.',
    add: 'Cifrar un programa',
    none: 'Todavía no hay programas cifrados',
    noneLead: 'Para código que nadie más que tú puede leer guardado, ni siquiera quien lleva este servidor.',
    name: 'Nombre',
    nameHint: 'Letras, cifras, puntos, guiones y guiones bajos: informe-mensual.',
    code: 'Programa',
    codeHint: 'Python. Se cifra en este navegador y no sale de él de otro modo.',
    tooLarge: 'El programa pasa de {size}.',
    description: 'Descripción',
    descriptionHint: 'Opcional. No se cifra: no escribas aquí nada secreto.',
    password: 'Contraseña maestra',
    passwordHint: 'Al menos 10 caracteres. Es todo lo que protege el programa, y nadie te la puede repetir.',
    passwordAgain: 'Contraseña maestra, otra vez',
    different: 'Las dos contraseñas no son iguales.',
    size: 'Tamaño',
    updated: 'Cambiado',
    save: 'Cifrar y guardar',
    saved: '{name} está guardado, cifrado.',
    replace: 'Reemplazar',
    replaceTitle: 'Reemplazar {name}',
    show: 'Ver',
    showLead: 'Se recoge tal como está guardado y se descifra en este navegador.',
    close: 'Cerrar',
    run: 'Ejecutar',
    runTitle: 'Ejecutar {name}',
    runLead:
      'La contraseña maestra se sella en este navegador con la clave de un entorno aislado. Lo que el programa escribe ' +
      'no se cifra. La salida llega cuando termina o, pasados 25 segundos, según sale.',
    args: 'Argumentos',
    argsHint: 'Opcional, uno por línea.',
    stdin: 'Entrada estándar',
    stop: 'Detener',
    otherKeys:
      'Si las claves de esta instalación han cambiado, su administrador lo sabe. Acepta las nuevas solo entonces; si dudas, no.',
    takeKeys: 'Confiar en las claves que tiene ahora',
    remove: 'Eliminar',
    removeTitle: '¿Eliminar {name}?',
    removeLead: 'El programa cifrado no se puede recuperar.',
    removed: '{name} se ha eliminado.',
  },
};
