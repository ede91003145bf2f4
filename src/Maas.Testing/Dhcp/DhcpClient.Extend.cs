using System.Net;
using Maas.Boot.Dhcp4.Wire;

namespace Maas.Testing.Dhcp;

internal sealed partial class DhcpClient
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Keeps its lease (RFC 2131 section 4.4.5): it asks the server that gave it when half of the time has passed, and, if that one stays
    /// silent, all servers after seven eighths. It asks again when half of the time that is left has passed.
    /// </summary>
    /// <returns>The answer; <see langword="null"/> when the lease has ended without one.</returns>
    public async Task<DhcpMessage?> ExtendAsync(
        DhcpClientProfile voice, DhcpLease lease, TimeSpan leaseTime, CancellationToken cancellationToken)
    {
        _machineLink.Usable(lease.Address);
        using var link = new DhcpClientSocket(network, mac, _machineLink);
        var began = timeProvider.GetTimestamp();
        await Task.Delay(leaseTime / 2, timeProvider, cancellationToken).ConfigureAwait(false);
        var transaction = _machineLink.NextTransaction();
        while (timeProvider.GetElapsedTime(began) is var elapsed && elapsed < leaseTime)
        {
            var rebindsAt = leaseTime * 7 / 8;
            var message = voice.Extend(mac, transaction, lease.Address);
            if (elapsed < rebindsAt)
                await link.SendAsync(message, lease.Address, new IPEndPoint(lease.Server, 67), cancellationToken).ConfigureAwait(false);
            else await link.BroadcastAsync(message, cancellationToken).ConfigureAwait(false);
            var left = (elapsed < rebindsAt ? rebindsAt : leaseTime) - elapsed;
            var wait = left / 2 > ShortestWait ? left / 2 : left < ShortestWait ? left : ShortestWait;
            if (await HearAsync(
                    link, transaction, m => m.Type is DhcpMessageType.Ack or DhcpMessageType.Nak, wait, cancellationToken)
                .ConfigureAwait(false) is { } answer)
                return answer;
        }

        return null;
    }
}
