using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>The nouns that exist from the start, with the ids that they have in MAAS.</summary>
internal static class TopologyDefaults
{
    /// <summary>Inserts what does not exist yet. Several processes may do so at once.</summary>
    public static async Task CreateAsync(IRecordStore store, string domain, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(TopologyTables.Zones, Zone.DefaultId, cancellationToken).ConfigureAwait(false) is not null) return;
        var batch = new RecordBatch
        {
            At = now,
            Changes =
            [
                new RecordChange.Insert(TopologyTables.Zones, new Zone { Id = Zone.DefaultId, Name = "default" }),
                new RecordChange.Insert(
                    TopologyTables.ResourcePools,
                    new ResourcePool { Id = ResourcePool.DefaultId, Name = "default", Description = "Default pool" }),
                new RecordChange.Insert(TopologyTables.Domains, new Domain { Name = domain, IsDefault = true }),
                new RecordChange.Insert(TopologyTables.Fabrics, new Fabric { Id = Fabric.DefaultId }),
                new RecordChange.Insert(TopologyTables.Vlans, new Vlan { Id = Vlan.DefaultId, FabricId = Fabric.DefaultId }),
            ],
        };
        // Another process may have inserted them since.
        await store.SaveAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Inserts the domain of this host, which becomes the default one, and once for a store the domains of machines that an earlier version
    /// wrote, which had no records of domains.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="domain">The domain of this host.</param>
    /// <param name="domainsOfMachines">Reads the domains of all machines.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task AddDomainsAsync(
        IRecordStore store, string domain, Func<Task<IEnumerable<string>>> domainsOfMachines, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var known = await store.ListAsync(new RecordQuery<Domain>(TopologyTables.Domains), cancellationToken).ConfigureAwait(false);
            var names = known.Select(each => each.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
            List<RecordChange> changes = [];
            if (names.Add(domain))
            {
                changes.AddRange(known.Where(each => each.IsDefault)
                    .Select(each => new RecordChange.Update(TopologyTables.Domains, each with { IsDefault = false })));
                changes.Add(new RecordChange.Insert(TopologyTables.Domains, new Domain { Name = domain, IsDefault = true }));
            }

            if (await store.GetAsync(TopologyTables.DnsSerials, DnsSerial.OnlyId, cancellationToken).ConfigureAwait(false) is null)
            {
                changes.AddRange((await domainsOfMachines().ConfigureAwait(false)).Where(names.Add)
                    .Select(name => new RecordChange.Insert(TopologyTables.Domains, new Domain { Name = name.ToLowerInvariant() })));
                changes.Add(new RecordChange.Insert(TopologyTables.DnsSerials, new DnsSerial { Id = DnsSerial.OnlyId }));
            }

            if (changes.Count == 0) return;
            var batch = new RecordBatch { At = now, Changes = changes };
            // Otherwise another process has inserted some of them since.
            if (await store.SaveAsync(batch, cancellationToken).ConfigureAwait(false) is RecordResult.Saved) return;
        }
    }
}
