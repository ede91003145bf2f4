using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Maas.Boot;

namespace Maas.Hosting.Link;

/// <summary>
/// Asks a link who has an address now. The kernel's table does not tell that: it has no entry for the sender of a datagram, and its
/// entries outlive the users of
/// addresses. Linux only, with CAP_NET_RAW.
/// </summary>
/// <remarks>The sockets are opened for the first question, and again when the interface was created again or they reported an
/// error.</remarks>
/// <param name="name">The interface.</param>
/// <param name="link">This server's address and network there.</param>
/// <param name="prefix6">The IPv6 prefix served; <see langword="null"/> for none.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class LinkResolver(string name, BootNetwork link, IPNetwork? prefix6, TimeProvider timeProvider) : IDisposable
{
    private const int MostAtOnce = 1024; // asked about in vain by datagrams with forged sources; beyond that, no neighbour is seen
    private static readonly TimeSpan[] S_waits =
        [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(150), TimeSpan.FromMilliseconds(250)];

    private readonly ConcurrentDictionary<IPAddress, TaskCompletionSource<HardwareAddress>> _asked = new();
    private readonly Lock _opening = new();
    private ResolverSockets? _sockets;
    private bool _isClosed;

    /// <summary>
    /// The hardware address that answers for an address of the link within half a second; <see langword="null"/> when none answers or the
    /// link
    /// cannot be queried.
    /// </summary>
    public async ValueTask<HardwareAddress?> ResolveAsync(IPAddress address, CancellationToken cancellationToken)
    {
        if (!(address.AddressFamily == AddressFamily.InterNetworkV6 ? prefix6 is { } prefix && prefix.Contains(address)
            : link.Network.Contains(address))) return null;
        var fresh = new TaskCompletionSource<HardwareAddress>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = _asked.GetOrAdd(address, fresh);
        if (asked == fresh && _asked.Count > MostAtOnce)
        {
            _asked.TryRemove(address, out _);
            return null;
        }

        try
        {
            foreach (var wait in S_waits)
            {
                if (asked == fresh) await AskAsync(address).ConfigureAwait(false); // a second caller waits for the answer to the first
                var waited = Task.Delay(wait, timeProvider, cancellationToken);
                if (await Task.WhenAny(asked.Task, waited).ConfigureAwait(false) == asked.Task)
                    return await asked.Task.ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }

            return null;
        }
        finally
        {
            if (asked == fresh) _asked.TryRemove(new(address, fresh));
        }
    }

    /// <summary>Ends the asking.</summary>
    public void Dispose()
    {
        lock (_opening)
        {
            _isClosed = true;
            _sockets?.Dispose();
        }
    }

    private async Task AskAsync(IPAddress address)
    {
        if (Open() is not { } sockets) return;
        if (sockets.Fault is { } fault) await fault.ConfigureAwait(false); // a fault of ours must not look like a silent link
        try
        {
            sockets.Ask(address);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The link is down, or the server is stopping: no neighbour can answer now, and the next attempt tries again.
        }
    }

    // An interface that is removed reports one error at most, and sockets bound to it hear nothing of one that is created again: its
    // number tells.
    private ResolverSockets? Open()
    {
        var index = NeighbourTable.IndexOf(name);
        lock (_opening)
        {
            if (_isClosed) return null;
            if (_sockets is { IsFailed: false } open && open.Index == index) return open;
            _sockets?.Dispose();
            return _sockets = index == 0 ? null : ResolverSockets.TryOpen(name, link.Address, prefix6 is not null, Answered);
        }
    }

    private void Answered(IPAddress address, HardwareAddress hardware)
    {
        if (_asked.TryGetValue(address, out var asked)) asked.TrySetResult(hardware);
    }
}
