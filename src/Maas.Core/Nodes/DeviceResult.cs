namespace Maas.Core.Nodes;

/// <summary>The result of changing a device. Unless it is <see cref="Done"/>, nothing was changed.</summary>
public abstract record DeviceResult
{
    private DeviceResult() { }

    /// <summary>The change is durable.</summary>
    /// <param name="Device">The device afterwards; a deleted one as it was.</param>
    /// <param name="InterfaceId">The number of the interface that was created or changed; 0 for none.</param>
    public sealed record Done(Device Device, long InterfaceId = 0) : DeviceResult;

    /// <summary>A rule refuses the change.</summary>
    /// <param name="Field">The field at fault; <c>__all__</c> for the form as a whole; empty for an answer in plain text.</param>
    /// <param name="Reason">Why, in MAAS's words.</param>
    public sealed record Refused(string Field, string Reason) : DeviceResult;

    /// <summary>A subnet has no free address.</summary>
    /// <param name="Reason">Which one, in MAAS's words.</param>
    public sealed record NoAddress(string Reason) : DeviceResult;

    /// <summary>The actor may not make the change.</summary>
    /// <param name="Reason">Why, in words.</param>
    public sealed record Denied(string Reason) : DeviceResult;

    /// <summary>The device, or the interface to change, does not exist.</summary>
    /// <param name="Noun">MAAS's name of its kind (<c>Device</c>, <c>Interface</c>).</param>
    public sealed record NotFound(string Noun) : DeviceResult;
}
