namespace Maas.Hosting.Networks;

/// <summary>Which changes of a network's options are used while it is served. Pure.</summary>
internal static class NetworkOptionChanges
{
    /// <summary>The changed options that are used from the next start on.</summary>
    public static IReadOnlyList<string> AtNextStart(MaasNetworkOptions served, MaasNetworkOptions changed)
    {
        List<string> keys = [];
        Note(nameof(MaasNetworkOptions.Interface), served.Interface == changed.Interface);
        Note(nameof(MaasNetworkOptions.Loopback), served.Loopback == changed.Loopback);
        Note(nameof(MaasNetworkOptions.Network), served.Network.Equals(changed.Network));
        Note(nameof(MaasNetworkOptions.Mode), served.Mode == changed.Mode);
        Note(nameof(MaasNetworkOptions.Prefix6), served.Prefix6.Equals(changed.Prefix6));
        Note(nameof(MaasNetworkOptions.AllowOtherDhcpServers), served.AllowOtherDhcpServers == changed.AllowOtherDhcpServers);
        Note(nameof(MaasNetworkOptions.LoadSplit), served.LoadSplit == changed.LoadSplit);
        Note(nameof(MaasNetworkOptions.Services), served.EffectiveServices == changed.EffectiveServices);
        Note(nameof(MaasNetworkOptions.DnsForwarders), served.DnsForwarders.SequenceEqual(changed.DnsForwarders));
        return keys;

        void Note(string key, bool isSame)
        {
            if (!isSame) keys.Add(key);
        }
    }

    /// <summary>Whether both are served at one place: addresses for another place cannot be leased at this one.</summary>
    public static bool AreOnePlace(MaasNetworkOptions served, MaasNetworkOptions changed) =>
        served.Interface == changed.Interface && served.Loopback == changed.Loopback && served.Mode == changed.Mode
        && served.Network.Equals(changed.Network) && served.Prefix6.Equals(changed.Prefix6);

    /// <summary>The options as they are served, with changed addresses.</summary>
    public static MaasNetworkOptions WithAddresses(MaasNetworkOptions served, MaasNetworkOptions changed)
    {
        var options = new MaasNetworkOptions
        {
            Interface = served.Interface,
            Loopback = served.Loopback,
            Network = served.Network,
            Mode = served.Mode,
            Prefix6 = served.Prefix6,
            AllowOtherDhcpServers = served.AllowOtherDhcpServers,
            LoadSplit = served.LoadSplit,
            Services = served.Services,
            Range = changed.Range,
            Range6 = changed.Range6,
        };
        foreach (var forwarder in served.DnsForwarders) options.DnsForwarders.Add(forwarder);
        foreach (var relay in changed.Relays) options.Relays.Add(relay);
        foreach (var reservation in changed.Reservations) options.Reservations.Add(reservation);
        foreach (var router in changed.Routers) options.Routers.Add(router);
        foreach (var server in changed.NameServers) options.NameServers.Add(server);
        return options;
    }
}
