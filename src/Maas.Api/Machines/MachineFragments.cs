using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Nodes;
using Microsoft.Extensions.Options;

namespace Maas.Api.Machines;

/// <summary>
/// Machines as JSON, each written once for a revision of it, an epoch of the shared nouns and a version of the DNS names, which a machine's
/// domain counts. Nothing is invalidated: the store says which
/// revision is current, so that several processes on one store are right too. The oldest are dropped when there are too many bytes.
/// </summary>
internal sealed class MachineFragments(MaasCore core, IOptions<MaasApiOptions> options)
{
    private const int LoadedTogether = 500;

    private readonly ConcurrentDictionary<Key, Fragment> _fragments = new();
    private readonly ConcurrentQueue<(Key Key, Fragment Fragment)> _ages = new();
    private long _bytes;

    /// <summary>How many bytes are kept.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The machines of these revisions as the caller sees them, in their order; one that was deleted since is left out.</summary>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> GetAsync(
        ApiRequest request, IReadOnlyList<MachineRevision> revisions, CancellationToken cancellationToken)
    {
        var view = request.View;
        var found = new ReadOnlyMemory<byte>[revisions.Count];
        List<int> missing = [];
        for (var at = 0; at < found.Length; at++)
        {
            if (_fragments.TryGetValue(new Key(revisions[at].Id, view.Root), out var fragment)
                && fragment.Revision == revisions[at] && fragment.IsOf(view))
                found[at] = fragment.Json;
            else
                missing.Add(at);
        }

        foreach (var some in missing.Chunk(LoadedTogether))
            await WriteAsync(view, revisions, some, found, cancellationToken).ConfigureAwait(false);
        return missing.Count == 0 ? found : [.. found.Where(each => !each.IsEmpty)];
    }

    private async Task WriteAsync(
        ApiView view, IReadOnlyList<MachineRevision> revisions, int[] places, ReadOnlyMemory<byte>[] found,
        CancellationToken cancellationToken)
    {
        SystemId[] ids = [.. places.Select(place => revisions[place].Id)];
        var machines = (await core.Machines.ListAsync(new MachineFilter { Ids = ids }, cancellationToken).ConfigureAwait(false))
            .ToDictionary(machine => machine.Id);
        var scripts = await core.ScriptResults.CurrentAsync(ids, cancellationToken).ConfigureAwait(false);
        var configs = await core.NodeConfigs.ListAsync(machines.Values, cancellationToken).ConfigureAwait(false);
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        foreach (var place in places)
        {
            if (!machines.TryGetValue(revisions[place].Id, out var machine)) continue;
            buffer.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(buffer, JsonWriting.Options))
                MachineJson.Write(json, machine, configs[machine.Id], scripts[machine.Id], view, null);
            found[place] = buffer.WrittenSpan.ToArray();
            // The machine may be newer than the revision, its results too: the revision of the results is the one that was read
            // before them.
            var revision = revisions[place] with { Number = machine.Number, Version = machine.Version };
            Keep(new Key(machine.Id, view.Root), new Fragment(revision, view.Topology.Epoch, view.Names.Version, found[place]));
        }
    }

    private void Keep(Key key, Fragment fragment)
    {
        _fragments[key] = fragment;
        _ages.Enqueue((key, fragment));
        Interlocked.Add(ref _bytes, fragment.Json.Length);
        // What was replaced is counted until its turn comes.
        while (Interlocked.Read(ref _bytes) > options.Value.MachineCacheBytes && _ages.TryDequeue(out var oldest))
        {
            _fragments.TryRemove(KeyValuePair.Create(oldest.Key, oldest.Fragment));
            Interlocked.Add(ref _bytes, -oldest.Fragment.Json.Length);
        }
    }

    private readonly record struct Key(SystemId Id, string Root);

    private sealed record Fragment(MachineRevision Revision, long Epoch, long Names, ReadOnlyMemory<byte> Json)
    {
        public bool IsOf(ApiView view) => Epoch == view.Topology.Epoch && Names == view.Names.Version;
    }
}
