using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi;

public sealed partial class IpmiSession
{
    private const byte SetInProgress = 0;
    private const byte ClearConditions = 3;
    private const byte InfoAcknowledge = 4;
    private const byte BootFlags = 5;

    /// <summary>Asks whether the machine is on, and what its chassis reports.</summary>
    public async Task<IpmiChassisStatus> GetChassisStatusAsync(CancellationToken cancellationToken = default)
    {
        var data = await SendAsync(IpmiCommand.GetChassisStatus, default, cancellationToken).ConfigureAwait(false);
        return IpmiChassisStatus.TryParse(data.Span, out var status) && status is not null ? status : throw Malformed("chassis status");
    }

    /// <summary>Switches the machine. Success means that the controller accepted the command; the status shows its effect.</summary>
    public async Task ControlChassisAsync(IpmiChassisControl control, CancellationToken cancellationToken = default) =>
        await SendAsync(IpmiCommand.ChassisControl, new[] { (byte)control }, cancellationToken).ConfigureAwait(false);

    /// <summary>Lets the machine's identification light shine.</summary>
    /// <param name="duration">How long, up to 255 s; zero turns it off.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task IdentifyAsync(TimeSpan duration, CancellationToken cancellationToken = default) =>
        await SendAsync(
            IpmiCommand.ChassisIdentify,
            new[] { (byte)Math.Clamp(Math.Ceiling(duration.TotalSeconds), 0, byte.MaxValue) },
            cancellationToken).ConfigureAwait(false);

    /// <summary>Chooses where the machine boots from. The controller keeps a choice for the next boot until that boot.</summary>
    public async Task SetBootAsync(IpmiBoot boot, CancellationToken cancellationToken = default)
    {
        // Only the flags themselves have to be taken; many controllers lack the parameters around them.
        await AskAsync(IpmiCommand.SetBootOptions, new byte[] { SetInProgress, 1 }, cancellationToken).ConfigureAwait(false);
        // Without this the choice is dropped when the machine is not switched within 60 s (IPMI 2.0 table 28-14, parameter 3, bit 3).
        await AskAsync(IpmiCommand.SetBootOptions, new byte[] { ClearConditions, 0x08 }, cancellationToken).ConfigureAwait(false);
        await AskAsync(IpmiCommand.SetBootOptions, new byte[] { InfoAcknowledge, 1, 1 }, cancellationToken).ConfigureAwait(false);
        await SendAsync(IpmiCommand.SetBootOptions, new byte[] { BootFlags, boot.Flags, boot.Selector, 0, 0, 0 }, cancellationToken)
            .ConfigureAwait(false);
        await AskAsync(IpmiCommand.SetBootOptions, new byte[] { SetInProgress, 0 }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the choice. Some controllers report one that they will not follow.</summary>
    /// <returns><see langword="null"/> when the machine boots as its firmware is set up.</returns>
    public async Task<IpmiBoot?> GetBootAsync(CancellationToken cancellationToken = default)
    {
        var data = await SendAsync(IpmiCommand.GetBootOptions, new byte[] { BootFlags, 0, 0 }, cancellationToken).ConfigureAwait(false);
        return IpmiBoot.TryParse(data.Span, out var boot) ? boot : throw Malformed("boot flags");
    }

    /// <summary>Asks for the controller's version and maker.</summary>
    public async Task<IpmiDevice> GetDeviceAsync(CancellationToken cancellationToken = default)
    {
        var data = await SendAsync(IpmiCommand.GetDeviceId, default, cancellationToken).ConfigureAwait(false);
        return IpmiDevice.TryParse(data.Span, out var device) && device is not null ? device : throw Malformed("device id");
    }

    /// <summary>Asks for the machine's UUID, in the byte order of SMBIOS.</summary>
    public async Task<Guid> GetSystemGuidAsync(CancellationToken cancellationToken = default)
    {
        var data = await SendAsync(IpmiCommand.GetSystemGuid, default, cancellationToken).ConfigureAwait(false);
        return data.Length >= 16 ? new Guid(data.Span[..16]) : throw Malformed("system GUID");
    }
}
