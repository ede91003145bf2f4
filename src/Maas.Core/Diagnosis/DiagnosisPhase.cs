namespace Maas.Core.Diagnosis;

/// <summary>A part of a boot, in the order of time.</summary>
public enum DiagnosisPhase
{
    /// <summary>The machine is turned on.</summary>
    Power,

    /// <summary>The firmware asks for an address and a boot file.</summary>
    Dhcp,

    /// <summary>The firmware fetches a boot program, its script, and the kernel with its initial ram disk.</summary>
    Transfer,

    /// <summary>The ephemeral environment starts, and its agent reports.</summary>
    Agent,

    /// <summary>The agent does the task: it writes an image, runs scripts or erases disks.</summary>
    Installation,

    /// <summary>The installed system starts from its disk.</summary>
    FirstBoot,
}
