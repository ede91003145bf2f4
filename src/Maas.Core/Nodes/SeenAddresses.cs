namespace Maas.Core.Nodes;

/// <summary>The addresses that a machine was last seen with.</summary>
internal static class SeenAddresses
{
    private const int Kept = 4;

    /// <summary>The newest first; the same list if the newest is the same.</summary>
    public static IReadOnlyList<string> Add(IReadOnlyList<string> addresses, string address) =>
        addresses is [var newest, ..] && newest == address ? addresses : [.. addresses.Prepend(address).Distinct().Take(Kept)];
}
