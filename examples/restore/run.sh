#!/bin/sh
# A small clinic database is made, backed up encrypted, and its backup proved to restore; the proof is signed,
# appended to an evidence log, and the log is checked. Needs hipaa-iac, PostgreSQL's server and age; leaves nothing.
#
# Usage: examples/restore/run.sh [FOLDER]   keeps the keys, the backup and the evidence in FOLDER
set -eu

hipaa_iac=${HIPAA_IAC:-hipaa-iac}
case $hipaa_iac in
/*) ;;
*/*) hipaa_iac=$PWD/$hipaa_iac ;;
esac
for bin in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin; do
    [ -x "$bin/initdb" ] && PATH=$bin:$PATH
done
for tool in "$hipaa_iac" initdb pg_ctl pg_dump psql age age-keygen; do
    command -v "$tool" >/dev/null || { echo "$tool is not installed" >&2; exit 2; }
done

cluster=$(mktemp -d)
# PostgreSQL refuses to run as root.
as=
if [ "$(id -u)" = 0 ]; then
    chown postgres "$cluster"
    as='runuser -u postgres --'
fi
work=${1:-$cluster/work}
clean() {
    $as pg_ctl --pgdata="$cluster/data" --mode=immediate stop >/dev/null 2>&1 || true
    rm -rf "$cluster"
}
trap clean EXIT
trap 'exit 1' HUP INT TERM

mkdir -p "$work/secrets/age" "$work/secrets/canary" "$work/secrets/manifest" "$work/backups"
chmod 700 "$work" "$work/secrets"
work=$(cd "$work" && pwd)
cd /

echo '== a clinic database'
$as initdb --pgdata="$cluster/data" --username=postgres --auth=trust --no-sync >/dev/null
$as pg_ctl --pgdata="$cluster/data" --log="$cluster/log" --wait \
    --options="-c listen_addresses= -c unix_socket_directories=$cluster" start >/dev/null
export PGHOST="$cluster" PGUSER=postgres
psql --quiet --command='create database clinic'
export PGDATABASE=clinic
psql --quiet <<'SQL'
create table patients (id int primary key, name text not null, born date not null);
create table encounters (id serial primary key, patient int not null references patients, seen_at timestamptz not null);
insert into patients select n, 'Patient ' || n, date '1950-01-01' + n from generate_series(1, 1000) n;
insert into encounters (patient, seen_at)
    select 1 + n % 1000, now() - n * interval '1 minute' from generate_series(1, 5000) n;
SQL

echo '== keys: for the backup, for the canary, for the manifest, for the evidence'
age-keygen --output "$work/secrets/age/identity" 2>/dev/null
od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$work/secrets/canary/mac"
"$hipaa_iac" evidence keygen "$work/manifest.key"
cp "$work/manifest.key.pub" "$work/secrets/manifest/public"
"$hipaa_iac" evidence keygen "$work/evidence.key"

echo '== a backup: canary, then an encrypted dump with a signed manifest of what it must hold'
"$hipaa_iac" restore canary create
"$hipaa_iac" restore canary write --key "$work/secrets/canary/mac"
recipient=$(age-keygen -y "$work/secrets/age/identity")
backup="$work/backups/clinic-$(date -u +%Y%m%dT%H%M%SZ).dump.age"
"$hipaa_iac" restore manifest --artifact "$backup" --key "$work/manifest.key" -- \
    sh -c "pg_dump --snapshot={snapshot} --format=custom | age --recipient $recipient --output '$backup'"

echo '== the verification'
cat >"$work/verification.yaml" <<YAML
apiVersion: hipaa-iac.dev/v1alpha1
kind: RestoreVerification
metadata: {name: clinic}
spec:
  source:
    pgDump:
      format: Custom
      location: {local: {path: "$work/backups", select: Newest, suffix: .dump.age}}
      manifestKey: "{artifact}.manifest.dsse.json"
      encryption: {age: {identitySecretRef: {name: age, key: identity}}}
  target: {storage: {memory: {sizeLimit: 1Gi}}}
  objectives: {maxBackupAge: 26h, maxDataAge: 26h, rto: 4h}
  checks:
    canary: {macKeySecretRef: {name: canary, key: mac}, maxAge: 26h}
    manifest: {publicKeySecretRef: {name: manifest, key: public}}
    sql:
      - {id: patients, query: "select count(*) from public.patients", expect: {op: ">=", value: 1000}, severity: Critical}
      - {id: fresh, query: "select extract(epoch from now() - max(seen_at)) from public.encounters", expect: {op: "<=", value: 172800}}
YAML
"$hipaa_iac" restore verify --config "$work/verification.yaml" --secrets "$work/secrets" --state "$work/state" \
    --evidence "$work/evidence" --evidence-key "$work/evidence.key" --evidence-checkpoint "$work/checkpoint"

echo '== the evidence'
"$hipaa_iac" evidence verify "$work/evidence" --trusted-key "$work/evidence.key.pub" --checkpoint "$work/checkpoint"
