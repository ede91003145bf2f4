using Maas.Core.Configuration;

namespace Maas.Core.Nodes;

/// <summary>Reads how disks are erased.</summary>
public static class EraseSettings
{
    /// <summary>How disks are erased: as the request says, and as the settings say where it says nothing.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="secure">Whether by the disks' own secure erase; <see langword="null"/> for the setting.</param>
    /// <param name="quick">Whether quickly; <see langword="null"/> for the setting.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<EraseMode> GetEraseModeAsync(
        this Settings settings, bool? secure = null, bool? quick = null, CancellationToken cancellationToken = default)
    {
        // A request for one way is not a request for the other way as well.
        secure ??= quick is not true && await settings.IsOnAsync(SettingCatalogue.SecureErase, cancellationToken).ConfigureAwait(false);
        quick ??= secure is not true && await settings.IsOnAsync(SettingCatalogue.QuickErase, cancellationToken).ConfigureAwait(false);
        return secure is true ? EraseMode.Secure : quick is true ? EraseMode.Quick : EraseMode.Full;
    }
}
