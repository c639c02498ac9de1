import { useWords } from '../language.tsx';
import { LockButton, VaultGate } from '../open-vault/gate.tsx';
import { Heading } from '../ui/heading.tsx';
import { OwnKeys } from './own-keys.tsx';
import { Received } from './received.tsx';
import { Values } from './values.tsx';
import { dictionary } from './words.ts';

export default function VaultSection() {
  const words = useWords(dictionary);
  return (
    <>
      <Heading title={words.title} lead={words.lead}>
        <LockButton />
      </Heading>
      <VaultGate>
        <Values />
        <Received />
        <OwnKeys />
      </VaultGate>
    </>
  );
}
