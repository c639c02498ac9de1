import { useClient, useLoad } from '../api.ts';
import { useFormats, useWords } from '../language.tsx';
import { useSession } from '../session.ts';
import { Facts } from '../ui/facts.tsx';
import { Heading } from '../ui/heading.tsx';
import { LoadedView } from '../ui/states.tsx';
import { ApiKey } from './api-key.tsx';
import { Password } from './password.tsx';
import { dictionary } from './words.ts';

export default function Account() {
  const words = useWords(dictionary);
  const client = useClient();
  const { user } = useSession();
  const { moment } = useFormats();
  const loaded = useLoad(async (signal) => (await client.call('users.getMe', { signal })).body, [client]);
  return (
    <>
      <Heading title={words.title} lead={words.lead} />
      <section class="card" aria-label={words.profile}>
        <LoadedView loaded={loaded}>
          {({ id, name, email, role, orgId, createdUtc }) => (
            <Facts
              facts={[
                [words.name, name],
                [words.email, email ?? words.noEmail],
                [words.role, words[role]],
                [words.userId, <code key="id">{id}</code>],
                [words.orgId, <code key="org">{orgId}</code>],
                [words.since, moment(createdUtc)],
              ]}
            />
          )}
        </LoadedView>
      </section>
      {user.email !== null && <Password email={user.email} />}
      <ApiKey />
    </>
  );
}
