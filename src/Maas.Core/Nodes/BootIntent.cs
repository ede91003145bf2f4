namespace Maas.Core.Nodes;

/// <summary>What a machine boots next, and why. The server that answers boot requests translates it and decides nothing.</summary>
public abstract record BootIntent
{
    private BootIntent() { }

    /// <summary>Silence: this machine is no business of ours.</summary>
    public sealed record None : BootIntent;

    /// <summary>Its own disk.</summary>
    public sealed record LocalDisk : BootIntent;

    /// <summary>The ephemeral environment.</summary>
    /// <param name="Task">What it does there.</param>
    public sealed record Ephemeral(EphemeralTask Task) : BootIntent;

    /// <summary>The ephemeral environment, to write an image to its disk.</summary>
    /// <param name="Image">The image.</param>
    public sealed record Install(ImageReference Image) : BootIntent;

    /// <summary>The installer of an operating system, which installs it as the recipe says.</summary>
    /// <param name="Recipe">Name of the recipe, such as <c>debian/bookworm</c>.</param>
    public sealed record Installer(string Recipe) : BootIntent;
}

/// <summary>What a machine does in the ephemeral environment.</summary>
public enum EphemeralTask
{
    /// <summary>Make itself known, and power off.</summary>
    Enlist,

    /// <summary>Take inventory and run the commissioning and testing scripts.</summary>
    Commission,

    /// <summary>Run the testing scripts.</summary>
    Test,

    /// <summary>Erase the disks.</summary>
    Erase,

    /// <summary>Stay up for a person.</summary>
    Rescue,

    /// <summary>Power off: it was turned on without a reason.</summary>
    PowerOff,

    /// <summary>Run the release scripts.</summary>
    Release,

    /// <summary>Run its owner's system in memory (<see cref="Deployment.Ephemeral"/>); no disk is written.</summary>
    Run,
}
