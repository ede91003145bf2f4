using System.Globalization;
using Maas.Core.Events;
using Maas.Core.Files;
using Maas.Core.Images;

namespace Maas.Testing.Stores.Contract;

/// <summary>Operations on events, observations, images, files and settings.</summary>
internal readonly partial record struct StoreOperation
{
    private static async Task<object?> WriteEvent(Context on) => await on.Store.Events.WriteAsync(
        on.At, on.B == 4 ? null : Id(on.A), Note($"event {on.Step}", on.B), on.Token).ConfigureAwait(false);

    private static async Task<object?> QueryEvents(Context on)
    {
        var newest = await on.Store.Events.QueryAsync(new EventQuery(), on.Token).ConfigureAwait(false);
        var id = newest.Count > on.A ? newest[on.A].Id : 0;
        EventQuery query = on.B switch
        {
            0 => new EventQuery { Level = EventLevel.Audit },
            1 => new EventQuery { MachineIds = [Id(on.A)], Limit = 3 },
            2 => new EventQuery { VisibleTo = UserName(on.A), Level = EventLevel.Debug },
            3 => new EventQuery { Usernames = [UserName(on.A)], Before = id },
            _ => new EventQuery { Hostnames = [$"host-{on.A}"], After = id, Limit = 2 },
        };
        return await on.Store.Events.QueryAsync(query, on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> DeleteOldEvents(Context on) => await on.Store.Events.DeleteOfDeletedMachinesAsync(
        on.A, on.B < 2 ? on.At.AddSeconds(-20) : null, on.Token).ConfigureAwait(false);

    private static async Task<object?> Observe(Context on)
    {
        var kind = on.B % 2 == 0 ? "dhcp" : Observation.Syslog;
        await on.Store.Events.ObserveAsync(new Observation(on.At, Mac(on.A), kind, $"text {on.Step}"), 3, 10_000, on.Token)
            .ConfigureAwait(false);
        return null;
    }

    private static async Task<object?> ReadObservations(Context on) =>
        await on.Store.Events.ObservationsAsync([Mac(on.A), Mac(on.B)], 4, on.Token).ConfigureAwait(false);

    private static async Task<object?> CreateImage(Context on) => await on.Store.BootResources.CreateAsync(
        new NewBootResource { Name = $"custom/{on.A}", Architecture = "amd64/generic", Sha256 = $"hash{on.B}", Size = on.A == 4 ? 11 : 10 },
        on.At.AddHours(on.Step), on.Token).ConfigureAwait(false);

    private static async Task<object?> DeleteImage(Context on)
    {
        var images = await on.Store.BootResources.ListAsync(on.Token).ConfigureAwait(false);
        if (on.B > 1 || images.Count <= on.A) return null;
        var unused = await on.Store.BootResources.DeleteAsync(images[on.A].Id, on.Token).ConfigureAwait(false);
        return unused?.OrderBy(content => content.Sha256, StringComparer.Ordinal);
    }

    private static async Task<object?> SetReceived(Context on)
    {
        await on.Store.BootResources.SetReceivedAsync($"hash{on.A}", on.B, on.B == 4, on.Token).ConfigureAwait(false);
        return null;
    }

    private static async Task<object?> ReadImages(Context on) => await on.Store.BootResources.ListAsync(on.Token).ConfigureAwait(false);

    private static async Task<object?> PutFile(Context on) => await on.Store.Files.PutAsync(
        new StoredFile(Owner(on.A), $"{on.B % 2}/{on.B}", $"key{on.Step}", new byte[on.B * 8]), on.Token).ConfigureAwait(false);

    private static async Task<object?> DeleteFile(Context on) =>
        await on.Store.Files.DeleteAsync(Owner(on.A), $"{on.B % 2}/{on.B}", on.Token).ConfigureAwait(false);

    private static async Task<object?> ReadFiles(Context on) => new object?[]
    {
        await on.Store.Files.ListAsync(Owner(on.A), $"{on.B % 2}/", on.Token).ConfigureAwait(false),
        await on.Store.Files.FindAsync(Owner(on.A), $"{on.B % 2}/{on.B}", on.Token).ConfigureAwait(false),
        await on.Store.Files.FindAnyAsync($"{on.B % 2}/{on.B}", on.Token).ConfigureAwait(false),
        await on.Store.Files.FindByKeyAsync($"key{on.Step - on.A}", on.Token).ConfigureAwait(false),
    };

    private static async Task<object?> SetSetting(Context on)
    {
        await on.Store.Settings.SetAsync($"setting{on.A}", on.B.ToString(CultureInfo.InvariantCulture), on.Token).ConfigureAwait(false);
        return null;
    }
}
