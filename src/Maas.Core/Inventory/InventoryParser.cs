namespace Maas.Core.Inventory;

/// <summary>Reads what the built-in script <c>00-maas-inventory</c> prints. The machine may be hostile: nothing it sends throws.</summary>
public static class InventoryParser
{
    /// <summary>Reads an inventory.</summary>
    /// <param name="output">The script's standard output.</param>
    /// <param name="hardware">What was read.</param>
    /// <param name="error">Why not, in words for the operator, when the answer is <see langword="false"/>.</param>
    public static bool TryParse(ReadOnlySpan<byte> output, out Hardware hardware, out string error) => throw new NotSupportedException();
}
