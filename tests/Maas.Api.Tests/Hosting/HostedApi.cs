using Maas.Core;
using Maas.Core.Accounts;
using Maas.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Api.Tests.Hosting;

/// <summary>The API in an application of an embedder: a store in memory, and what the test adds to the pipeline.</summary>
internal sealed class HostedApi : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HostedApi(WebApplication app, MaasCore core, ApiKey key)
    {
        (_app, Core, Key) = (app, core, key);
        Client = new HttpClient
        {
            BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()),
        };
    }

    public MaasCore Core { get; }

    public ApiKey Key { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<HostedApi> StartAsync(
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? pipeline = null,
        Action<MaasApiConventionBuilder>? conventions = null,
        Action<MaasApiOptions>? options = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var core = await MaasCore.OpenAsync(
            new SqliteMaasStore(SqliteStoreOptions.InMemory), cancellationToken: cancellation);
        var created = await core.Users.CreateAsync("admin", "", new Secret("secret"), isAdministrator: true, cancellation);
        await core.Users.CreateAsync("carol", "", new Secret("secret"), isAdministrator: false, cancellation);
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Services.AddSingleton(core).AddMaasApi(options);
        services?.Invoke(builder.Services);
        var app = builder.Build();
        pipeline?.Invoke(app);
        var maas = app.MapMaasApi();
        conventions?.Invoke(maas);
        await app.StartAsync(cancellation);
        return new HostedApi(app, core, await core.Users.CreateApiKeyAsync(((CreateUserResult.Created)created).User, "test", cancellation));
    }

    /// <summary>Sends a request; <paramref name="authorization"/> null signs it with the administrator's key, empty sends none.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        string method,
        string path,
        string? authorization = null,
        HttpContent? content = null,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        authorization ??= Sign();
        if (authorization.Length > 0) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private string Sign() =>
        $"OAuth oauth_nonce=\"{Guid.CreateVersion7()}\", oauth_timestamp=\"{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}\", "
        + "oauth_version=\"1.0\", oauth_signature_method=\"PLAINTEXT\", "
        + $"oauth_consumer_key=\"{Key.ConsumerKey}\", oauth_token=\"{Key.TokenKey}\", oauth_signature=\"%26{Key.TokenSecret.Reveal()}\"";

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await Core.DisposeAsync();
    }
}
