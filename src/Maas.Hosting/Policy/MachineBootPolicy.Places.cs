using System.Net;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Install.Recipes;

namespace Maas.Hosting.Policy;

/// <content>Where an installer finds this server.</content>
internal sealed partial class MachineBootPolicy
{
    /// <summary>The folder of the machines' ISOs below the boot files, before the token.</summary>
    internal const string IsoFolder = "install-iso";

    /// <summary>
    /// What is known of a machine that has come for its ISO. Its answer files get a token of their own: that of the ISO is used up.
    /// </summary>
    /// <param name="machine">The machine.</param>
    /// <param name="recipe">Its recipe.</param>
    /// <param name="isoToken">The token of the ISO.</param>
    /// <param name="client">Where the token was redeemed.</param>
    /// <param name="seen">The hardware address that is seen there; <see langword="null"/> when none is.</param>
    /// <param name="reached">The address of this host that was reached; <see langword="null"/> when it is not known.</param>
    internal async Task<(Uri Server, InstallerPlaces Places)> FindPlacesAsync(
        Machine machine, InstallRecipe recipe, Secret isoToken, IPAddress client, MacAddress? seen, IPAddress? reached)
    {
        var all = machine.MacAddresses;
        var address = seen is { } own && all.Contains(own) ? own : all.Count > 0 ? all[0] : default;
        var token = await tokens.IssueForInstallerAsync(machine.Id, client, seen).ConfigureAwait(false);
        var tagOptions = await TagOptionsAsync(machine, CancellationToken.None).ConfigureAwait(false);
        var places = Places(reached, address, machine, recipe, token, tagOptions);
        return (ServerFor(reached), recipe.Iso is { } iso ? places with { Iso = IsoAt(places.Files, iso, isoToken) } : places);
    }

    private InstallerPlaces Places(
        IPAddress? reached, MacAddress address, Machine machine, InstallRecipe recipe, Secret? token, IReadOnlyList<string> tagOptions)
    {
        var server = ServerFor(reached);
        var files = web.BootFiles(server.Host);
        return new InstallerPlaces
        {
            Answers = new Uri($"{server.AbsoluteUri.TrimEnd('/')}/metadata/latest/install/{token?.Reveal() ?? "-"}"),
            Files = files,
            Iso = recipe.Iso is { } iso ? IsoAt(files, iso, token) : null,
            Server = server.Host,
            Hostname = machine.Hostname,
            Domain = machine.Domain,
            Mac = address.ToString().Replace(':', '-'),
            Options = string.Join(' ', ((string[])[options.KernelOptions, .. tagOptions]).Where(each => each.Length > 0)),
        };
    }

    private static Uri IsoAt(Uri files, InstallerIso iso, Secret? token) =>
        new(files, $"{IsoFolder}/{token?.Reveal() ?? "-"}/{iso.Name}");
}
