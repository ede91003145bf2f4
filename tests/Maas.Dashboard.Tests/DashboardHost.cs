using System.Net;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Dashboard.Access;
using Maas.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Dashboard.Tests;

/// <summary>The dashboard on a loopback port over a store in a temporary directory, with an administrator and a user.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    public const string Password = "correct horse";

    private readonly WebApplication _app;
    private readonly SqliteMaasStore _store;
    private readonly string _directory;

    private DashboardHost(WebApplication app, MaasCore core, SqliteMaasStore store, string directory)
    {
        (_app, Core, _store, _directory) = (app, core, store, directory);
        Origin = app.Urls.First();
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public MaasCore Core { get; }

    public DashboardSignInLinks Links => _app.Services.GetRequiredService<DashboardSignInLinks>();

    /// <summary><c>http://127.0.0.1:PORT</c>.</summary>
    public string Origin { get; }

    public User Admin { get; private set; } = null!; // set when it starts

    public static async Task<DashboardHost> StartAsync(string pathBase = "", Action<IEndpointConventionBuilder>? conventions = null)
    {
        var directory = Directory.CreateTempSubdirectory("maas-dashboard-").FullName;
        var store = new SqliteMaasStore(Path.Combine(directory, "maas.db"));
        var core = await MaasCore.OpenAsync(store, cancellationToken: Cancellation);
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(core).AddMaasDashboard().AddAuthorization().AddDataProtection().UseEphemeralDataProtectionProvider();
        var app = builder.Build();
        app.UsePathBase(pathBase);
        app.UseRouting();
        app.UseAuthorization();
        var mapped = app.MapMaasDashboard();
        conventions?.Invoke(mapped);
        await app.StartAsync(Cancellation);
        var host = new DashboardHost(app, core, store, directory);
        host.Admin = await host.AddUserAsync("admin", isAdministrator: true);
        await host.AddUserAsync("bob");
        return host;
    }

    public HttpClient NewClient() => new(new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false })
    {
        BaseAddress = new Uri(Origin),
    };

    public async Task<User> AddUserAsync(string name, bool isAdministrator = false) =>
        ((CreateUserResult.Created)await Core.Users.CreateAsync(
            name, $"{name}@example.com", new Maas.Core.Secret(Password), isAdministrator, Cancellation)).User;

    public async Task<Machine> AddMachineAsync(string mac, string? hostname = null) =>
        ((CreateResult.Created)await Core.Machines.CreateAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse(mac)], Hostname = hostname }, "admin", Cancellation)).Machine;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await Core.DisposeAsync();
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
