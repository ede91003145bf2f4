using Maas.Boot;
using Maas.Install.Recipes;

namespace Maas.Hosting.Policy;

/// <summary>Translates what a recipe boots into Boot's instruction.</summary>
internal static class InstallerBoots
{
    /// <summary>The instruction for a machine.</summary>
    /// <param name="boot">What the recipe boots.</param>
    /// <param name="places">What is known of the machine.</param>
    public static BootInstruction For(InstallerBoot boot, InstallerPlaces places) => boot.At(places) switch
    {
        InstallerBoot.Kernel kernel => new BootInstruction.Kernel(kernel.File, kernel.InitialRamDisks, kernel.CommandLine),
        InstallerBoot.IpxeScript script => new BootInstruction.Script(script.Text),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
