namespace Maas.Install.Recipes;

/// <summary>One recipe of each kind, from which the sample machine takes the parameters that templates may read.</summary>
internal static class KnownRecipes
{
    private static readonly Uri Source = new("http://mirror.example/sample/");

    public static IReadOnlyList<InstallRecipe> All { get; } =
    [
        DebianInstaller.Create("bookworm", "linux", "initrd.gz"),
        Autoinstall.Create("noble", "vmlinuz", "initrd", Source),
        Kickstart.Create("rocky", "9", "vmlinuz", "initrd.img", Source),
        Ignition.FedoraCoreOS("stable", "kernel", "initrd", Source),
        Ignition.Flatcar("stable", "kernel", "image"),
        WindowsSetup.Create("win2025", "windows", @"\\192.0.2.1\windows"),
    ];
}
