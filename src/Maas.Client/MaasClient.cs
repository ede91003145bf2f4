using System.Text.Json;
using Maas.Client.Accounts;
using Maas.Client.Dns;
using Maas.Client.Events;
using Maas.Client.Files;
using Maas.Client.Http;
using Maas.Client.Images;
using Maas.Client.Machines;
using Maas.Client.Networks;
using Maas.Client.Placement;
using Maas.Client.Resources;
using Maas.Client.Scripts;
using Maas.Client.Settings;
using Maas.Client.Storage;

namespace Maas.Client;

/// <summary>
/// A MAAS server over its HTTP API 2.0: this project's, or Canonical's. Requests are signed with OAuth 1.0. A request that is safe to send
/// again is retried after connection failures, and any request after 503 with <c>Retry-After</c>. Credentials are sent to no other server
/// than the one given here. Safe for concurrent use.
/// </summary>
/// <example><code>
/// using var client = new MaasClient(new Uri("http://maas.example:5240/MAAS"), MaasApiKey.Parse(text));
/// await foreach (var machine in client.Machines.ListAsync()) Console.WriteLine($"{machine.Hostname}: {machine.StatusName}");
/// </code></example>
public sealed class MaasClient : IDisposable
{
    private const string ApiPath = "api/2.0/";

    private readonly MaasConnection _connection;
    private readonly HttpClient? _ownHttp;

    /// <summary>Names a server. Nothing is sent.</summary>
    /// <param name="server">Its address: <c>http://HOST:5240/MAAS</c>, with or without <c>/api/2.0/</c>.</param>
    /// <param name="apiKey">The key of a user; null for what needs no user.</param>
    /// <param name="options">Timeouts, limits and retries; null for the defaults. They are copied.</param>
    /// <param name="httpClient">
    /// How requests are sent; null for a connection pool of the client's own. It remains the caller's. A handler that follows redirects
    /// must drop the <c>Authorization</c> header, as that of .NET does.
    /// </param>
    /// <param name="timeProvider">The clock of time stamps, waits and timeouts; the system's by default.</param>
    /// <exception cref="ArgumentException">The address is not an absolute HTTP address, or has a user, a query or a fragment.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public MaasClient(
        Uri server,
        MaasApiKey? apiKey = null,
        MaasClientOptions? options = null,
        HttpClient? httpClient = null,
        TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        Server = BaseAddress(server);
        var copy = (options ?? new()).CopyChecked();
        if (httpClient is null) _ownHttp = NewHttp();
        _connection = new MaasConnection(
            httpClient ?? _ownHttp!, // one of the two
            new Uri(Server, ApiPath),
            apiKey,
            copy,
            timeProvider ?? TimeProvider.System,
            MaasJsonContext.Default.Options);

        Machines = new(_connection);
        Devices = new(_connection);
        Interfaces = new(_connection);
        BlockDevices = new(_connection);
        Partitions = new(_connection);
        VolumeGroups = new(_connection);
        Raids = new(_connection);
        Fabrics = new(_connection, "fabrics/");
        Vlans = new(_connection);
        Subnets = new(_connection);
        Spaces = new(_connection, "spaces/");
        IpRanges = new(_connection, "ipranges/");
        ReservedIps = new(_connection, "reservedips/");
        StaticRoutes = new(_connection, "static-routes/");
        Domains = new(_connection);
        DnsResources = new(_connection, "dnsresources/");
        DnsRecords = new(_connection, "dnsresourcerecords/");
        Zones = new(_connection, "zones/");
        ResourcePools = new(_connection, "resourcepools/", "resourcepool/");
        Tags = new(_connection);
        Users = new(_connection);
        SshKeys = new(_connection);
        Account = new(_connection);
        Events = new(_connection);
        BootResources = new(_connection);
        Files = new(_connection);
        Scripts = new(_connection);
        Configuration = new(_connection);
        Version = new(_connection);
    }

    /// <summary>Names a server by a connection string, as configuration and the package <c>Maas.Aspire</c> give it.</summary>
    /// <param name="connectionString">
    /// <c>Endpoint=http://HOST:5240/MAAS/;KeyFile=FILE</c>. <c>Key=KEY</c> in the place of the file gives the key itself; without both,
    /// requests are not signed.
    /// </param>
    /// <param name="options">Timeouts, limits and retries; null for the defaults. They are copied.</param>
    /// <exception cref="FormatException">The connection string has another form; the message contains no part of a key.</exception>
    /// <exception cref="IOException">The file of the key cannot be read, also where this user may not read it.</exception>
    public static MaasClient Connect(string connectionString, MaasClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        var (server, key) = MaasConnectionString.Parse(connectionString);
        return new MaasClient(server, key, options);
    }

    /// <summary>The address of the server, up to and with <c>/MAAS/</c>.</summary>
    public Uri Server { get; }

    /// <summary>Machines.</summary>
    public MachinesClient Machines { get; }

    /// <summary>Devices: containers, printers and others that have a name and addresses.</summary>
    public DevicesClient Devices { get; }

    /// <summary>The network interfaces of machines and devices.</summary>
    public InterfacesClient Interfaces { get; }

    /// <summary>The disks of machines.</summary>
    public BlockDevicesClient BlockDevices { get; }

    /// <summary>The partitions of disks.</summary>
    public PartitionsClient Partitions { get; }

    /// <summary>The LVM volume groups of machines.</summary>
    public VolumeGroupsClient VolumeGroups { get; }

    /// <summary>The software RAIDs of machines.</summary>
    public RaidsClient Raids { get; }

    /// <summary>Fabrics.</summary>
    public MaasCollection<MaasFabric, long, FabricFields> Fabrics { get; }

    /// <summary>The VLANs of fabrics.</summary>
    public VlansClient Vlans { get; }

    /// <summary>Subnets.</summary>
    public SubnetsClient Subnets { get; }

    /// <summary>Spaces.</summary>
    public MaasCollection<MaasSpace, long, SpaceFields> Spaces { get; }

    /// <summary>Dynamic and reserved ranges of addresses.</summary>
    public MaasCollection<MaasIpRange, long, IpRangeFields> IpRanges { get; }

    /// <summary>Addresses that are reserved for one interface.</summary>
    public MaasCollection<MaasReservedIp, long, ReservedIpFields> ReservedIps { get; }

    /// <summary>Routes between subnets.</summary>
    public MaasCollection<MaasStaticRoute, long, StaticRouteFields> StaticRoutes { get; }

    /// <summary>DNS domains.</summary>
    public DomainsClient Domains { get; }

    /// <summary>Names with addresses.</summary>
    public MaasCollection<MaasDnsResource, long, DnsResourceFields> DnsResources { get; }

    /// <summary>DNS records that are not addresses.</summary>
    public MaasCollection<MaasDnsRecord, long, DnsRecordFields> DnsRecords { get; }

    /// <summary>Physical zones.</summary>
    public MaasCollection<MaasZone, string, ZoneFields> Zones { get; }

    /// <summary>Resource pools.</summary>
    public MaasCollection<MaasResourcePool, long, ResourcePoolFields> ResourcePools { get; }

    /// <summary>Tags.</summary>
    public TagsClient Tags { get; }

    /// <summary>Users.</summary>
    public UsersClient Users { get; }

    /// <summary>The SSH keys of the client's user.</summary>
    public SshKeysClient SshKeys { get; }

    /// <summary>The API keys of the client's user.</summary>
    public AccountClient Account { get; }

    /// <summary>What has happened to machines.</summary>
    public EventsClient Events { get; }

    /// <summary>Images.</summary>
    public BootResourcesClient BootResources { get; }

    /// <summary>Files that the client's user keeps on the server.</summary>
    public FilesClient Files { get; }

    /// <summary>Commissioning, testing and other scripts.</summary>
    public ScriptsClient Scripts { get; }

    /// <summary>The settings of the server.</summary>
    public ConfigurationClient Configuration { get; }

    /// <summary>The version of the server.</summary>
    public VersionClient Version { get; }

    /// <summary>Sends a request that this package has no method for, and returns the answer as JSON.</summary>
    /// <param name="method">GET, POST, PUT or DELETE.</param>
    /// <param name="path">Below <c>/api/2.0/</c>, such as <c>package-repositories/</c>, or a <c>resource_uri</c>.</param>
    /// <param name="arguments">In the query of GET and DELETE, in the body otherwise. An <c>op</c> of POST belongs to the path.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The answer; null when it is empty.</returns>
    /// <exception cref="MaasApiException">The server refuses, or the answer is not JSON.</exception>
    public Task<JsonDocument?> SendAsync(
        HttpMethod method,
        string path,
        MaasForm? arguments = null,
        CancellationToken cancellationToken = default) =>
        _connection.SendAsync<JsonDocument>(method, path, arguments, cancellationToken);

    /// <summary>Sends a GET request that this package has no method for, and returns the bytes of the answer, as they arrive.</summary>
    /// <param name="path">Below <c>/api/2.0/</c>, or a <c>resource_uri</c>.</param>
    /// <param name="query">The query; null for none.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The answer. Dispose of it.</returns>
    /// <exception cref="MaasApiException">The server refuses.</exception>
    public Task<Stream> OpenAsync(string path, MaasForm? query = null, CancellationToken cancellationToken = default) =>
        _connection.OpenAsync(path, query, cancellationToken);

    /// <summary>Ends the connections that are the client's own.</summary>
    public void Dispose() => _ownHttp?.Dispose();

    /// <summary>The server, without the key.</summary>
    public override string ToString() => Server.ToString();

    private static Uri BaseAddress(Uri server)
    {
        if (!server.IsAbsoluteUri || server.Scheme is not ("http" or "https"))
            throw new ArgumentException("The address of a server begins with http:// or https://.", nameof(server));
        if (server.UserInfo.Length > 0 || server.Query.Length > 0 || server.Fragment.Length > 0)
            throw new ArgumentException("The address of a server has no user, query or fragment.", nameof(server));
        var text = server.AbsoluteUri.TrimEnd('/') + "/";
        if (text.EndsWith("/" + ApiPath, StringComparison.Ordinal)) text = text[..^ApiPath.Length];
        return new Uri(text);
    }

    private static HttpClient NewHttp() => new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
    {
        Timeout = Timeout.InfiniteTimeSpan, // each attempt has its own
    };
}
