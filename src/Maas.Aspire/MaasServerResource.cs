using System.Globalization;
using System.Security.Cryptography;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Maas.Aspire;

/// <summary>
/// A MAAS server, run as a program of the developer's machine: the .NET tool <c>maas-server</c>. DHCP is broadcast, and a machine must
/// reach the server's own addresses, so it is no container behind a port.
/// </summary>
/// <remarks>
/// Its connection string is that of <c>MaasClient.Connect</c> of the package <c>Maas.Client</c>:
/// <c>Endpoint=http://HOST:PORT/MAAS/;KeyFile=FILE</c>. It names the file of the administrator's API key and does not contain the key.
/// </remarks>
public sealed class MaasServerResource : ExecutableResource, IResourceWithConnectionString
{
    /// <summary>The name of the endpoint that serves the API, the dashboard and the files that machines boot from.</summary>
    public const string HttpEndpointName = "http";

    private const string KeyFileName = "admin.apikey";

    /// <summary>Names a server.</summary>
    /// <param name="name">Its name in the application.</param>
    /// <param name="command">The program: a path, or a name that is looked up in <c>PATH</c>.</param>
    /// <param name="workingDirectory">Where it runs; an <c>appsettings.json</c> there is read.</param>
    public MaasServerResource(string name, string command, string workingDirectory)
        : base(name, command, workingDirectory) => HttpEndpoint = new EndpointReference(this, HttpEndpointName);

    /// <summary>The endpoint that serves the API.</summary>
    public EndpointReference HttpEndpoint { get; }

    /// <summary>The folder that state is kept in; <see langword="null"/> when all state ends with the application.</summary>
    public string? DataDirectory { get; internal set; }

    /// <summary>How many machines are simulated; <see langword="null"/> for none.</summary>
    public int? SimulatedMachines { get; internal set; }

    /// <summary>The file of the administrator's API key. It is there when the resource is healthy.</summary>
    public string KeyFile => Path.Combine(DataDirectory ?? TemporaryDirectory, KeyFileName);

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"Endpoint={HttpEndpoint.Property(EndpointProperty.Url)}/MAAS/;KeyFile={KeyFile}");

    internal bool ServesNetwork { get; set; }

    // Of one application, while it runs.
    internal string TemporaryDirectory { get; } =
        Path.Combine(Path.GetTempPath(), $"maas-aspire-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");

    internal IEnumerable<string> StateArguments => (SimulatedMachines, DataDirectory) switch
    {
        ({ } count, null) => ["--demo", string.Create(CultureInfo.InvariantCulture, $"{count}")],
        (null, { } folder) => ["--data", folder],
        (null, null) => ["--data", TemporaryDirectory],
        _ => throw new DistributedApplicationException(
            $"The MAAS server {Name} cannot have both a data directory and simulated machines, whose state is temporary"),
    };

    internal void CreateTemporaryDirectory()
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(TemporaryDirectory);
        else Directory.CreateDirectory(TemporaryDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    internal void DeleteTemporaryDirectory()
    {
        try
        {
            if (Directory.Exists(TemporaryDirectory)) Directory.Delete(TemporaryDirectory, recursive: true);
        }
        catch (IOException)
        {
            // The server is still ending and wrote a file: a folder of nothing but a state that ends is left.
        }
    }
}
