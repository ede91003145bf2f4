using System.Text.Json.Serialization;

namespace Maas.Core.Nodes;

/// <summary>What to install on a machine, and for whom.</summary>
public sealed record DeployRequest
{
    /// <summary>User name of the owner; <see langword="null"/> for the actor. A machine that another user owns is refused.</summary>
    public string? Owner { get; init; }

    /// <summary>Operating system, such as <c>ubuntu</c> or <c>custom</c>; empty for any.</summary>
    public string OsSystem { get; init; } = "";

    /// <summary>
    /// Series, such as <c>noble</c> or <c>ubuntu/noble</c>; empty for the default of the settings, else the newest image that fits.
    /// </summary>
    public string DistroSeries { get; init; } = "";

    /// <summary>Kernel, such as <c>hwe-24.04</c>; empty for the image's own.</summary>
    public string HweKernel { get; init; } = "";

    /// <summary>User data for cloud-init on the installed system, as bytes; <see langword="null"/> for none.</summary>
    [JsonConverter(typeof(UserDataJsonConverter))]
    public ReadOnlyMemory<byte>? UserData { get; init; }

    /// <summary>An image that was chosen already; <see langword="null"/> to choose one by the properties above.</summary>
    public ImageReference? Image { get; init; }

    /// <summary>
    /// Whether the system runs in memory (<see cref="MachineCommand.Deploy.Ephemeral"/>); default <see langword="false"/>.
    /// </summary>
    public bool Ephemeral { get; init; }

    /// <summary>The reason, for the event; <see langword="null"/> for none.</summary>
    public string? Comment { get; init; }
}
