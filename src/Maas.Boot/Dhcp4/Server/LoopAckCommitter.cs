using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>The group commit of <see cref="AckCommitter"/> on the loop of a network in memory, without a thread.</summary>
/// <param name="addresses">Whose grants are committed.</param>
/// <param name="network">The network.</param>
/// <param name="committed">Called for each transaction whose grant is durable; must not throw.</param>
/// <param name="failed">Called with those whose grants are not; must not throw.</param>
internal sealed class LoopAckCommitter(
    IAddressSource addresses,
    IDatagramNetwork network,
    Action<DhcpTransaction> committed,
    Action<IReadOnlyList<DhcpTransaction>, Exception> failed)
{
    private readonly Lock _lock = new();
    private List<DhcpTransaction> _waiting = [];
    private bool _isCommitting;

    public void Add(DhcpTransaction transaction)
    {
        lock (_lock)
        {
            _waiting.Add(transaction);
            if (_isCommitting) return;
            _isCommitting = true;
        }

        network.Post(() => _ = CommitAsync());
    }

    private async Task CommitAsync()
    {
        while (Take() is { } group)
        {
            if (await TryCommitAsync().ConfigureAwait(false) is { } failure) failed(group, failure);
            else foreach (var transaction in group) committed(transaction);
        }
    }

    private async ValueTask<Exception?> TryCommitAsync()
    {
        try
        {
            await addresses.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            return null;
        }
#pragma warning disable CA1031 // whatever a store throws, the ACKs are not sent and the server lives on
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e;
        }
    }

    private List<DhcpTransaction>? Take()
    {
        lock (_lock)
        {
            var group = _waiting;
            _isCommitting = group.Count > 0;
            if (!_isCommitting) return null;
            _waiting = [];
            return group;
        }
    }
}
