using Maas.Core;
using Maas.Core.Accounts;
using Maas.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Conformance.Tests;

/// <summary>This project's server on a loopback port, over a store in a temporary directory, with an administrator.</summary>
public sealed class TestServer : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("maas-conformance-");
    private WebApplication? _web;
    private readonly CancellationTokenSource _stopping = new();
    private MaasCore? _core;
    private Task _evaluation = Task.CompletedTask;

    /// <summary><c>http://127.0.0.1:PORT/MAAS/</c>.</summary>
    public Uri Root { get; private set; } = null!; // set when it has started

    /// <summary>The administrator's key with its colons.</summary>
    public string AdminKey { get; private set; } = "";

    /// <summary>The server as the conformance suite sees it, with the keys of its machines.</summary>
    public Server NewServer() => new(Root, ApiKeyParts.Parse(AdminKey))
    {
        MachineKey = async systemId =>
        {
            var token = await _core!.MachineTokens.GetOrCreateAsync(SystemId.Parse(systemId)) // it has started
                ?? throw new ConformanceException($"there is no machine {systemId}");
            return new(token.ConsumerKey, token.TokenKey, token.TokenSecret.Reveal());
        },
    };

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var store = new SqliteMaasStore(Path.Combine(_directory.FullName, "maas.db"));
        var options = new MaasCoreOptions { ImageDirectory = Path.Combine(_directory.FullName, "images") };
        _core = await MaasCore.OpenAsync(store, options, new() { Power = new ManualPower() });
        _evaluation = _core.TagEvaluation.RunAsync(_stopping.Token); // definitions of tags are evaluated in the background
        var created = await _core.Users.CreateAsync("admin", "admin@example.com", Secret.Random(), isAdministrator: true);
        var admin = ((CreateUserResult.Created)created).User; // the store is new
        AdminKey = (await _core.Users.CreateApiKeyAsync(admin, "test")).ToSecret().Reveal();

        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(_core).AddMaasApi();
        _web = builder.Build();
        _web.MapMaasApi();
        await _web.StartAsync();
        var features = _web.Services.GetRequiredService<IServer>().Features;
        var address = features.Get<IServerAddressesFeature>()!.Addresses.First(); // Kestrel has it
        Root = new Uri(address + "/MAAS/");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_web is not null) await _web.DisposeAsync();
        await _stopping.CancelAsync();
        await _evaluation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        if (_core is not null) await _core.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
