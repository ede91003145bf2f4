using System.Net.Sockets;
using System.Text.RegularExpressions;
using Maas.Boot.Dhcp4.Server;
using Maas.Hosting.Ephemeral;
using Maas.Hosting.Link;
using Microsoft.Extensions.Options;

namespace Maas.Hosting.Binding;

/// <summary>What the options are called in messages: the configuration section that they are read from, or their class.</summary>
/// <param name="Path">The path, such as <c>Maas</c>.</param>
internal sealed record OptionsPath(string Path);

/// <summary>Checks the options as their attributes say.</summary>
[OptionsValidator]
internal sealed partial class MaasAttributesValidator : IValidateOptions<MaasOptions>;

/// <summary>Checks the options at the start. Each message begins with the configuration key.</summary>
internal sealed partial class MaasOptionsValidator(OptionsPath path) : IValidateOptions<MaasOptions>
{
    // The generated validator writes paths with dots after the name that it is given.
    private const string Root = "MaasRoot";

    private static readonly TimeSpan S_longestDelay = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, MaasOptions options)
    {
        var attributes = new MaasAttributesValidator().Validate(Root, options);
        List<string> failures =
        [
            .. (attributes.Failures ?? []).Select(Named), .. NetworksOf(options), .. RecipesOf(options), .. ArchitecturesOf(options),
            .. EnvironmentOf(options), .. WebhooksOf(options), .. PeersOf(options),
        ];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private string Named(string failure)
    {
        var member = Member().Match(failure);
        return member.Success
            ? $"{path.Path}{member.Value[Root.Length..].Replace('.', ':')}: {Lead().Replace(failure, "")}".Replace(member.Value, "value")
            : $"{path.Path}: {failure}";
    }

    private IEnumerable<string> ArchitecturesOf(MaasOptions options) =>
        from architecture in options.Ephemeral.Architectures.DefaultIfEmpty("")
        where architecture is not ("amd64" or "arm64")
        select $"{path.Path}:Ephemeral:Architectures: '{architecture}' is no architecture of an environment; there are: amd64, arm64.";

    private IEnumerable<string> EnvironmentOf(MaasOptions options)
    {
        var key = $"{path.Path}:Ephemeral";
        foreach (var program in options.Ephemeral.Programs.Where(program => EnvironmentParts.ReadProgram(program) is null))
            yield return $"{key}:Programs: '{program}' is no PACKAGE:PATH, such as socat:usr/bin/socat.";
        if (options.Ephemeral.FileDirectory is { } folder && !Directory.Exists(folder))
            yield return $"{key}:FileDirectory: there is no folder '{folder}'.";
    }

    private IEnumerable<string> RecipesOf(MaasOptions options) =>
        from recipe in options.Recipes.Index()
        from fault in ConfiguredRecipes.FaultsOf(recipe.Item)
        select $"{path.Path}:Recipes:{recipe.Index}:{fault}";

    private IEnumerable<string> PeersOf(MaasOptions options)
    {
        if (options.ImagePeers.Address is { } address
            && (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0))
            yield return $"{path.Path}:ImagePeers:Address is no URL of a host, such as https://maas-a.example.com/MAAS.";
    }

    private IEnumerable<string> WebhooksOf(MaasOptions options) =>
        from webhook in options.Webhooks
        from fault in WebhookFaults.Of(webhook.Key, webhook.Value)
        select $"{path.Path}:Webhooks:{webhook.Key}{fault}";

    private IEnumerable<string> NetworksOf(MaasOptions options)
    {
        foreach (var (name, network) in options.Networks)
        {
            var key = $"{path.Path}:Networks:{name}";
            foreach (var failure in PlaceOf(key, network).Concat(AddressesOf(key, network)).Concat(LoadSplitOf(key, network)))
                yield return failure;
        }

        foreach (var group in options.Networks.Where(each => each.Value.Interface is not null)
            .GroupBy(each => each.Value.Interface, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            yield return $"{path.Path}:Networks: {string.Join(" and ", group.Select(each => each.Key))} "
                + $"have the same interface {group.Key}; "
                + "an interface is one network.";
        }

        if (options.Networks.Values.Any(each => each.IsRelayed) && !options.Networks.Values.Any(each => !each.IsRelayed && IsLeased(each)))
        {
            yield return $"{path.Path}:Networks: a network behind a relay needs another network with an interface, in mode Full, "
                + "at which the "
                + "requests of the relay arrive.";
        }
    }

    private static IEnumerable<string> PlaceOf(string key, MaasNetworkOptions network)
    {
        var places = (network.Interface is null ? 0 : 1) + (network.Loopback is null ? 0 : 1) + (network.Network is null ? 0 : 1);
        if (places == 0) yield return $"{key}:Interface is missing. Set it, or Network for a network behind a DHCP relay.";
        if (places > 1) yield return $"{key}: set one of Interface, Loopback and Network.";
        if (network is { Network: { } relayed } && (relayed.BaseAddress.AddressFamily != AddressFamily.InterNetwork || !IsLeased(network)))
            yield return $"{key}:Network: a network behind a relay is an IPv4 network in mode Full.";
        if (network is { Prefix6: not null, Interface: null })
            yield return $"{key}:Prefix6: IPv6 is served on a network interface only. Set {key}:Interface.";
        if (network.Prefix6 is { BaseAddress.AddressFamily: not AddressFamily.InterNetworkV6 } prefix)
            yield return $"{key}:Prefix6: {prefix} is not an IPv6 prefix such as fd00:77::/64.";
    }

    private static IEnumerable<string> AddressesOf(string key, MaasNetworkOptions network)
    {
        if (IsLeased(network) && network is { Range: null, Reservations.Count: 0 })
        {
            yield return $"{key}:Range is missing: leasing addresses needs a range, such as 10.0.0.100-10.0.0.200. Beside another DHCP "
                + "server, set Mode to Proxy.";
        }

        if ((network.Network ?? network.Loopback?.Network) is { } known && network.Range is { } range
            && !(known.Contains(range.First) && known.Contains(range.Last)))
            yield return $"{key}:Range: {range} is not inside of the network {known}.";
        if (network.Prefix6 is { BaseAddress.AddressFamily: AddressFamily.InterNetworkV6 } prefix6
            && BootNetwork.RefusalOf(prefix6, network.Range6) is { } refusal)
            yield return $"{key}:Range6: {refusal}";
        foreach (var reservation in network.Reservations)
        {
            if (reservation.Hardware == default || reservation.Address is null)
                yield return $"{key}:Reservations: a reservation has a hardware address and an address.";
            else if (reservation.Address.AddressFamily == AddressFamily.InterNetwork ? !IsLeased(network)
                : network.Prefix6 is not { } prefix || !prefix.Contains(reservation.Address))
                yield return $"{key}:Reservations: {reservation.Address} is not an address that this network leases.";
        }
    }

    private static IEnumerable<string> LoadSplitOf(string key, MaasNetworkOptions network)
    {
        if (network.LoadSplit is not { } split) yield break;
        key += ":LoadSplit";
        if (network.IsRelayed)
            yield return $"{key}: the requests of a network behind a relay arrive at another network of this host. Set it there.";
        else if (!IsLeased(network))
            yield return $"{key}: the load is split where addresses are leased, in mode Full.";
        if (split.Servers is < 2 or > 256)
            yield return $"{key}:Servers: {split.Servers} is not the number of hosts of the link, 2 to 256.";
        else if (split.Server < 0 || split.Server >= split.Servers)
            yield return $"{key}:Server: {split.Servers} hosts have the numbers 0 to {split.Servers - 1}; there is no {split.Server}.";
        if (split.DelayedService <= TimeSpan.Zero || split.DelayedService > S_longestDelay)
            yield return $"{key}:DelayedService: {split.DelayedService} is not above 0 and at most {S_longestDelay}: firmware gives up.";
    }

    private static bool IsLeased(MaasNetworkOptions network) => network.Mode == DhcpMode.Full;

    [GeneratedRegex(Root + @"(\.\w+)+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Member();

    [GeneratedRegex(@"^Property \w+: ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Lead();
}
