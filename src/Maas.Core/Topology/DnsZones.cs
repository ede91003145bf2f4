using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using Maas.Core.Events;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>
/// The DNS names that operators choose. Each rule is evaluated on one state of all of them, and a change is saved only if that state still
/// is current. An address that a name takes is in use until the last name that has it is gone.
/// </summary>
/// <example>
/// <code>
/// await core.Dns.CreateResourceAsync(
///     new DnsResource { DomainId = 1, Name = "www", Addresses = [IPAddress.Parse("10.0.0.9")] }, actor: null);
/// </code>
/// </example>
public sealed class DnsZones
{
    /// <summary>How long a change that another process made may go unnoticed by <see cref="WatchAsync"/>.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly IRecordStore _store;
    private readonly TopologyCache _topology;
    private readonly IReadOnlySet<string> _reserved;
    private readonly TimeProvider _timeProvider;
    private volatile DnsSnapshot? _last;
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal DnsZones(IRecordStore store, TopologyCache topology, IReadOnlySet<string> reserved, TimeProvider timeProvider) =>
        (_store, _topology, _reserved, _timeProvider) = (store, topology, reserved, timeProvider);

    /// <summary>All names and records.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<DnsSnapshot> GetAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var topology = await _topology.GetAsync(cancellationToken).ConfigureAwait(false);
            var serial = await ReadSerialAsync(cancellationToken).ConfigureAwait(false);
            if (_last is { } last && last.Topology.Epoch == topology.Epoch && last.SerialRecord.Version == serial.Version) return last;
            var resources = await _store.ListAsync(
                new RecordQuery<DnsResource>(TopologyTables.DnsResources), cancellationToken).ConfigureAwait(false);
            var records = await _store.ListAsync(
                new RecordQuery<DnsRecord>(TopologyTables.DnsRecords), cancellationToken).ConfigureAwait(false);
            // The tables were read one after another: they are one state only if none changed meanwhile.
            if ((await ReadSerialAsync(cancellationToken).ConfigureAwait(false)).Version != serial.Version) continue;
            return _last = new DnsSnapshot(topology, serial, resources, records);
        }
    }

    /// <summary>
    /// The names and records, and each later state. States that follow each other quickly are left out; the last one is not.
    /// </summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public async IAsyncEnumerable<DnsSnapshot> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        DnsSnapshot? shown = null;
        while (true)
        {
            var changed = _changed.Task;
            var snapshot = await GetAsync(cancellationToken).ConfigureAwait(false);
            if (!ReferenceEquals(snapshot, shown))
            {
                shown = snapshot;
                yield return snapshot;
                continue;
            }

            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, Task.Delay(LongestWait, _timeProvider, pause.Token)).ConfigureAwait(false);
            await pause.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Creates a name.</summary>
    /// <param name="resource">The name; its id and version are assigned.</param>
    /// <param name="actor">User name, for the audit event and the addresses; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RecordEdit<DnsResource>> CreateResourceAsync(
        DnsResource resource, string? actor, CancellationToken cancellationToken = default) =>
        ChangeAsync(
            (names, token) => PlanAsync(resource with { Id = 0, Version = 0 }, null, names, actor, token),
            "created", actor, cancellationToken);

    /// <summary>Changes a name.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="edit">A pure function of the name that it is given; it may be called more than once.</param>
    /// <param name="actor">User name, for the audit event and the addresses; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RecordEdit<DnsResource>> UpdateResourceAsync(
        long id, Func<DnsResource, DnsResource> edit, string? actor, CancellationToken cancellationToken = default) =>
        ChangeAsync(
            (names, token) => names.FindResource(id) is { } before
                ? PlanAsync(edit(before) with { Id = id, Version = before.Version }, before, names, actor, token)
                : ValueTask.FromResult<Plan<DnsResource>>(new Plan<DnsResource>.Answer(new RecordEdit<DnsResource>.NotFound())),
            "changed", actor, cancellationToken);

    /// <summary>Deletes a name with its records. Addresses that no other name has are free again.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="actor">User name, for the audit event; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RecordEdit<DnsResource>> DeleteResourceAsync(long id, string? actor, CancellationToken cancellationToken = default) =>
        ChangeAsync<DnsResource>(
            async (names, token) => names.FindResource(id) is { } resource
                ? new Plan<DnsResource>.Changes(resource, IsDeletion: true, await DeleteAsync(resource, names, token).ConfigureAwait(false))
                : new Plan<DnsResource>.Answer(new RecordEdit<DnsResource>.NotFound()),
            "deleted", actor, cancellationToken);

    /// <summary>Creates a record; its name is created if it does not exist.</summary>
    /// <param name="domainId">Id of the domain.</param>
    /// <param name="name">The name below the domain.</param>
    /// <param name="record">The record; its id, version and <see cref="DnsRecord.ResourceId"/> are assigned.</param>
    /// <param name="actor">User name, for the audit event; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RecordEdit<DnsRecord>> CreateRecordAsync(
        long domainId, string name, DnsRecord record, string? actor, CancellationToken cancellationToken = default) =>
        ChangeAsync<DnsRecord>(
            async (names, token) =>
            {
                var wanted = record with { Id = 0, Version = 0 };
                if (names.FindResource(domainId, name) is { } present)
                    return PlanRecord(wanted with { ResourceId = present.Id }, null, present, names, []);
                var resource = new DnsResource { DomainId = domainId, Name = name };
                if (DnsRules.Check(resource, names, _reserved) is var (field, reason)) return Refuse<DnsRecord>(field, reason);
                if (PlanRecord(wanted, null, resource, names, []) is Plan<DnsRecord>.Answer refused) return refused;
                var id = await _store.ReserveIdsAsync(TopologyTables.DnsResources, 1, token).ConfigureAwait(false);
                resource = resource with { Id = id };
                return PlanRecord(
                    wanted with { ResourceId = id }, null, resource, names,
                    [new RecordChange.Insert(TopologyTables.DnsResources, resource)]);
            },
            "created", actor, cancellationToken);

    /// <summary>Changes a record.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="edit">A pure function of the record that it is given; it may be called more than once.</param>
    /// <param name="actor">User name, for the audit event; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RecordEdit<DnsRecord>> UpdateRecordAsync(
        long id, Func<DnsRecord, DnsRecord> edit, string? actor, CancellationToken cancellationToken = default) =>
        ChangeAsync(
            (names, _) => ValueTask.FromResult(names.FindRecord(id) is { } before && names.FindResource(before.ResourceId) is { } resource
                ? PlanRecord(
                    edit(before) with { Id = id, Version = before.Version, ResourceId = before.ResourceId }, before, resource, names, [])
                : new Plan<DnsRecord>.Answer(new RecordEdit<DnsRecord>.NotFound())),
            "changed", actor, cancellationToken);

    /// <summary>Deletes a record, and its name if that has nothing else.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="actor">User name, for the audit event; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RecordEdit<DnsRecord>> DeleteRecordAsync(long id, string? actor, CancellationToken cancellationToken = default) =>
        ChangeAsync<DnsRecord>(
            (names, _) =>
            {
                if (names.FindRecord(id) is not { } record)
                    return ValueTask.FromResult<Plan<DnsRecord>>(new Plan<DnsRecord>.Answer(new RecordEdit<DnsRecord>.NotFound()));
                List<RecordChange> changes = [new RecordChange.Delete(TopologyTables.DnsRecords, id, record.Version)];
                if (names.FindResource(record.ResourceId) is { Addresses.Count: 0 } resource && names.RecordsOf(resource.Id).Count() == 1)
                    changes.Add(new RecordChange.Delete(TopologyTables.DnsResources, resource.Id, resource.Version));
                return ValueTask.FromResult<Plan<DnsRecord>>(new Plan<DnsRecord>.Changes(record, IsDeletion: true, changes));
            },
            "deleted", actor, cancellationToken);

    /// <summary>Sets the serial number that the zones have now. It grows with each later change.</summary>
    /// <param name="serial">The serial number.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task SetSerialAsync(uint serial, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var present = await ReadSerialAsync(cancellationToken).ConfigureAwait(false);
            var now = _timeProvider.GetUtcNow();
            var batch = new RecordBatch { At = now, Changes = [Next(present with { Value = serial, SetAt = now })] };
            if (await _store.SaveAsync(batch, cancellationToken).ConfigureAwait(false) is not RecordResult.Saved) continue;
            Raise();
            return;
        }
    }

    /// <summary>Notes that this process changed a name or a domain.</summary>
    internal void Raise() =>
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private async Task<DnsSerial> ReadSerialAsync(CancellationToken cancellationToken) =>
        await _store.GetAsync(TopologyTables.DnsSerials, DnsSerial.OnlyId, cancellationToken).ConfigureAwait(false)
        ?? new DnsSerial { Id = DnsSerial.OnlyId };

    private static RecordChange Next(DnsSerial serial) => serial.Version == 0
        ? new RecordChange.Insert(TopologyTables.DnsSerials, serial) : new RecordChange.Update(TopologyTables.DnsSerials, serial);

    private async ValueTask<Plan<DnsResource>> PlanAsync(
        DnsResource wanted, DnsResource? before, DnsSnapshot names, string? actor, CancellationToken cancellationToken)
    {
        var resource = wanted with { Name = wanted.Name.ToLowerInvariant(), Addresses = DnsRules.Normalize(wanted.Addresses) };
        if (resource == before) return new Plan<DnsResource>.Answer(new RecordEdit<DnsResource>.Done(resource));
        if (DnsRules.Check(resource, names, _reserved) is var (field, reason)) return Refuse<DnsResource>(field, reason);
        List<RecordChange> changes =
        [
            before is null
                ? new RecordChange.Insert(TopologyTables.DnsResources, resource)
                : new RecordChange.Update(TopologyTables.DnsResources, resource),
        ];
        var kept = before?.Addresses ?? [];
        changes.AddRange(await TakeAsync([.. resource.Addresses.Except(kept)], names, actor, cancellationToken).ConfigureAwait(false));
        changes.AddRange(
            await ReleaseAsync([.. kept.Except(resource.Addresses)], resource.Id, names, cancellationToken).ConfigureAwait(false));
        return new Plan<DnsResource>.Changes(resource, IsDeletion: false, changes);
    }

    private static Plan<DnsRecord> PlanRecord(
        DnsRecord wanted, DnsRecord? before, DnsResource resource, DnsSnapshot names, IReadOnlyList<RecordChange> first)
    {
        if (DnsData.Normalize(wanted.Type, wanted.Data, out var fault) is not { } data) return Refuse<DnsRecord>("rrdata", fault);
        var record = wanted with { Data = data };
        if (record == before) return new Plan<DnsRecord>.Answer(new RecordEdit<DnsRecord>.Done(record));
        if (DnsRules.Check(record, resource, names) is var (field, reason)) return Refuse<DnsRecord>(field, reason);
        RecordChange change = before is null
            ? new RecordChange.Insert(TopologyTables.DnsRecords, record) : new RecordChange.Update(TopologyTables.DnsRecords, record);
        return new Plan<DnsRecord>.Changes(record, IsDeletion: false, [.. first, change]) { SavedAt = first.Count };
    }

    private async Task<IReadOnlyList<RecordChange>> DeleteAsync(
        DnsResource resource, DnsSnapshot names, CancellationToken cancellationToken) =>
    [
        new RecordChange.Delete(TopologyTables.DnsResources, resource.Id, resource.Version),
        .. await ReleaseAsync(resource.Addresses, resource.Id, names, cancellationToken).ConfigureAwait(false),
    ];

    // An address that is in use already, by an interface or another name, stays as it is.
    private async Task<IEnumerable<RecordChange>> TakeAsync(
        IReadOnlyList<IPAddress> addresses, DnsSnapshot names, string? actor, CancellationToken cancellationToken)
    {
        var present = (await FindAsync(addresses, cancellationToken).ConfigureAwait(false)).Select(each => each.Ip).ToHashSet();
        return addresses.Where(address => !present.Contains(address)).Select(address => new RecordChange.Insert(
            TopologyTables.Addresses,
            new AllocatedAddress
            {
                Ip = address,
                SubnetId = names.Topology.FindSubnet(address)?.Id,
                Kind = AddressKind.UserReserved,
                User = actor,
                IsOnlyNamed = true,
                Created = _timeProvider.GetUtcNow(),
            }));
    }

    private async Task<IEnumerable<RecordChange>> ReleaseAsync(
        IReadOnlyList<IPAddress> addresses, long resourceId, DnsSnapshot names, CancellationToken cancellationToken)
    {
        if (addresses.Count == 0) return [];
        var named = names.Resources.Where(other => other.Id != resourceId).SelectMany(other => other.Addresses).ToHashSet();
        var present = await FindAsync([.. addresses.Where(address => !named.Contains(address))], cancellationToken).ConfigureAwait(false);
        return present.Where(each => each.IsOnlyNamed)
            .Select(each => new RecordChange.Delete(TopologyTables.Addresses, each.Id, each.Version));
    }

    private async Task<IReadOnlyList<AllocatedAddress>> FindAsync(
        IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken) =>
        addresses.Count == 0 ? [] : await _store.ListAsync(
            new RecordQuery<AllocatedAddress>(TopologyTables.Addresses)
            {
                Where = [new RecordCondition.In("ip", [.. addresses.Select(AddressMath.ToBytes)])],
            },
            cancellationToken).ConfigureAwait(false);

    private static Plan<T> Refuse<T>(string field, string reason)
        where T : StoredRecord => new Plan<T>.Answer(new RecordEdit<T>.Refused(field, reason));

    private async Task<RecordEdit<T>> ChangeAsync<T>(
        Func<DnsSnapshot, CancellationToken, ValueTask<Plan<T>>> decide, string verb, string? actor, CancellationToken cancellationToken)
        where T : StoredRecord
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var names = await GetAsync(cancellationToken).ConfigureAwait(false);
            var plan = await decide(names, cancellationToken).ConfigureAwait(false);
            if (plan is Plan<T>.Answer answer) return answer.Edit;
            var changes = (Plan<T>.Changes)plan;
            var noun = typeof(T).Name == nameof(DnsRecord) ? "DNSData" : "DNSResource";
            var batch = new RecordBatch
            {
                At = _timeProvider.GetUtcNow(),
                // The serial comes first: another change in between is a conflict before it is anything else.
                Changes = [Next(names.SerialRecord), .. changes.Batch],
                Events = [new EventNote(EventLevel.Audit, noun, $"{noun} '{Describe(changes.Record)}' was {verb}.", actor)],
            };
            switch (await _store.SaveAsync(batch, cancellationToken).ConfigureAwait(false))
            {
                case RecordResult.Saved saved:
                    Raise();
                    // it was saved
                    return new RecordEdit<T>.Done(changes.IsDeletion ? changes.Record : (T)saved.Records[changes.SavedAt + 1]!);
                case RecordResult.Conflict or RecordResult.Duplicate:
                    continue;
                case RecordResult.Dangling:
                    return new RecordEdit<T>.Refused("domain", TopologyRules.NotAChoice);
                case var result:
                    throw new UnreachableException(result.ToString());
            }
        }
    }

    private static string Describe(StoredRecord record) => record switch
    {
        DnsResource resource => resource.Name,
        DnsRecord data => $"{DnsData.NameOf(data.Type)} {data.Data}",
        _ => throw new UnreachableException(),
    };

    private abstract record Plan<T>
        where T : StoredRecord
    {
        /// <summary>Nothing is saved.</summary>
        public sealed record Answer(RecordEdit<T> Edit) : Plan<T>;

        /// <summary>What is saved.</summary>
        public sealed record Changes(T Record, bool IsDeletion, IReadOnlyList<RecordChange> Batch) : Plan<T>
        {
            /// <summary>Which of the changes saves the record.</summary>
            public int SavedAt { get; init; }
        }
    }
}
