using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Maas.Core.Nodes;
using Microsoft.AspNetCore.Http;

namespace Maas.Hosting.BootHttp.Isos;

/// <summary>
/// The ISOs that machines are reading. The first request with a token redeems it and opens the machine's ISO; the requests after it, for
/// other ranges, find that one. It is closed when the deployment ends or boots anew.
/// </summary>
/// <remarks>
/// They are in memory: after a restart of the host the token is used up, and a machine that was still reading boots again. What is kept of
/// one is its answer files and the changed sectors.
/// </remarks>
internal sealed class MachineIsos(MachineIsoMaker maker, Machines machines, TimeProvider timeProvider) : IDisposable
{
    /// <summary>The most that are open; a further one closes the one that was read the longest time ago.</summary>
    internal const int Most = 1024;

    // One opening looks at a few others, so that many at once do not read all machines for each.
    private const int LookedAt = 8;

    private readonly ConcurrentDictionary<string, Lazy<Task<(OpenIso? Iso, IsoResult.Refused? Refusal)>>> _isos =
        new(StringComparer.Ordinal);

    /// <summary>How many are open, or being opened.</summary>
    internal int Count => _isos.Count;

    /// <summary>Opens the ISO of the machine that a token is for.</summary>
    public async Task<IsoResult> OpenAsync(IsoRequest request, CancellationToken cancellationToken)
    {
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(request.Token.Reveal())));
        var opening = new Lazy<Task<(OpenIso?, IsoResult.Refused?)>>(() => MakeAsync(key, request));
        var entry = _isos.GetOrAdd(key, opening);
        var isFirst = ReferenceEquals(entry, opening);
        var (iso, refusal) = await entry.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (iso is null) return refusal!; // one of the two is there
        if (isFirst)
        {
            iso.LastRead = timeProvider.GetTimestamp();
            await MakeRoomAsync(key, iso, cancellationToken).ConfigureAwait(false);
        }

        if (!iso.IsFor(request.Client, request.Hardware))
            return new IsoResult.Refused(StatusCodes.Status404NotFound, $"The boot token is not for {request.Client}.");
        if (iso.Name != request.Name) return new IsoResult.Refused(StatusCodes.Status404NotFound, "The machine has no ISO of this name.");
        if (!iso.IsWanted(await machines.GetAsync(iso.MachineId, cancellationToken).ConfigureAwait(false)))
        {
            Close(key);
            return MachineIsoMaker.NotNow;
        }

        iso.LastRead = timeProvider.GetTimestamp();
        return iso.Open() is { } file ? new IsoResult.Found(file, iso.Name, isFirst) : MachineIsoMaker.NotNow;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in _isos.Keys) Close(key);
    }

    // A refusal is for the requests that wait for it: the next one with the token is judged anew.
    private async Task<(OpenIso? Iso, IsoResult.Refused? Refusal)> MakeAsync(string key, IsoRequest request)
    {
        var isOpen = false;
        try
        {
            var result = await maker.MakeAsync(request).ConfigureAwait(false);
            isOpen = result.Iso is not null;
            return result;
        }
        finally
        {
            if (!isOpen) _isos.TryRemove(key, out _);
        }
    }

    // A machine reads one: a second token is of another boot. The idle ones of ended deployments go, and then the oldest.
    private async Task MakeRoomAsync(string key, OpenIso opened, CancellationToken cancellationToken)
    {
        var others = Opened().Where(each => each.Key != key).OrderBy(each => each.Iso.LastRead).ToList();
        foreach (var (other, _) in others.Where(each => each.Iso.MachineId == opened.MachineId)) Close(other);
        foreach (var (other, iso) in others.Take(LookedAt))
        {
            if (!iso.IsWanted(await machines.GetAsync(iso.MachineId, cancellationToken).ConfigureAwait(false))) Close(other);
        }

        foreach (var (other, _) in others.Take(Math.Max(0, _isos.Count - Most))) Close(other);
    }

    private IEnumerable<(string Key, OpenIso Iso)> Opened() =>
        from entry in _isos
        where entry.Value is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }
        let iso = entry.Value.Value.Result.Iso
        where iso is not null
        select (entry.Key, iso);

    private void Close(string key)
    {
        if (!_isos.TryRemove(key, out var entry) || !entry.IsValueCreated) return;
        if (entry.Value.IsCompletedSuccessfully) entry.Value.Result.Iso?.Dispose();
    }
}
