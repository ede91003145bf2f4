namespace Maas.Boot.Dhcp.Leases;

/// <summary>Why an address is used, in words, for leases of both IPs.</summary>
internal static class LeaseDescription
{
    public static string Of(LeaseState state, string who, string? rule) => (state switch
    {
        LeaseState.Bound => $"leased to {who}",
        LeaseState.Offered => $"offered to {who}",
        LeaseState.Quarantined => $"kept from everybody; last given to {who}",
        _ => $"given back by {who}",
    }) + (rule is null ? "" : $": {rule}");
}
