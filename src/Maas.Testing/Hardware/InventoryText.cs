namespace Maas.Testing.Hardware;

/// <summary>What the script 00-maas-inventory would print on a simulated machine.</summary>
internal static class InventoryText
{
    public static string Write(SimulatedMachineOptions machine) => $"machine={machine.Mac}\n";
}
