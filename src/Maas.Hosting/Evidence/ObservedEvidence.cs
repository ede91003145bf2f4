using Maas.Boot;
using Maas.Core.Diagnosis;

namespace Maas.Hosting.Evidence;

/// <summary>Maps what Boot observed to the evidence that a timeline stores.</summary>
internal static class ObservedEvidence
{
    // A sender's clock that differs by less is no obstacle: requests are accepted within this time.
    private static readonly TimeSpan LeastOffset = TimeSpan.FromSeconds(300);

    /// <summary>The evidence; <see langword="null"/> for what concerns no machine.</summary>
    public static BootEvidence? Of(BootObservation observation) => observation switch
    {
        BootObservation.DhcpExchange { Answered: null } dhcp =>
            new BootEvidence.Dhcp(dhcp.Asked, null, null, null, TimeSpan.Zero, dhcp.Rule, dhcp.Xid)
            {
                Firmware = dhcp.Architecture?.ToString(), Relay = dhcp.Relay,
            },
        BootObservation.DhcpExchange dhcp =>
            new BootEvidence.Dhcp(dhcp.Asked, dhcp.Answered, dhcp.Client, dhcp.BootFile, dhcp.Took, dhcp.Rule, dhcp.Xid)
            {
                Firmware = dhcp.Architecture?.ToString(), Relay = dhcp.Relay,
            },
        BootObservation.OtherServerSeen other =>
            new BootEvidence.OtherServer(other.Server?.ToString() ?? $"{other.Identifier}", other.Client),
        BootObservation.OtherRouterSeen router => new BootEvidence.OtherRouter(
            router.Router, $"{router.Link}", router.ManagedAddresses, router.OtherConfiguration, router.RouterLifetime),
        BootObservation.LimitReached limit => new BootEvidence.Limited(limit.Limit),
        BootObservation.ScriptServed script => new BootEvidence.Script(script.Client, script.Name, script.Instruction),
        BootObservation.FileTransfer transfer => new BootEvidence.Transfer(
            transfer.Transport, transfer.Client, transfer.Name, transfer.Bytes, transfer.Took, transfer.Outcome, transfer.Detail),
        BootObservation.LineLogged { Line: var line } logged =>
            new BootEvidence.Logged(line.Program is { } program ? $"{program}: {line.Text}" : line.Text, OffsetOf(logged)),
        _ => null,
    };

    private static TimeSpan OffsetOf(BootObservation.LineLogged logged)
    {
        if (logged.Line.Timestamp is not { } said || (said - logged.At).Duration() <= LeastOffset) return TimeSpan.Zero;
        return TimeSpan.FromSeconds(Math.Clamp(Math.Round((said - logged.At).TotalSeconds), -999_999_999, 999_999_999));
    }
}
