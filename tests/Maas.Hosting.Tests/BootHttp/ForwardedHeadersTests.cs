using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Logging;
using IPNetwork = System.Net.IPNetwork;

namespace Maas.Hosting.Tests.BootHttp;

/// <summary>Which proxies are believed, and what for.</summary>
public sealed class ForwardedHeadersTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1/32", "203.0.113.9 https /lab", "127.0.0.1")]
    [InlineData("127.0.0.0/8", "203.0.113.9 https /lab", "127.0.0.1")]
    [InlineData("192.0.2.1/32", "127.0.0.1 http ", "127.0.0.1")] // unknown: also the loopback, which ASP.NET Core trusts by default
    [InlineData("::1/128", "127.0.0.1 http ", "127.0.0.1")]
    [InlineData("", "127.0.0.1 http ", "127.0.0.1")] // off by default
    public async Task Headers_count_from_known_proxies_and_a_machine_is_known_by_its_own_address(
        string proxy, string seen, string machine)
    {
        await using var application = await StartAsync(proxy.Length == 0 ? [] : [IPNetwork.Parse(proxy)]);

        (await AskAsync(application, "198.51.100.1, 203.0.113.9")).Should().Be($"{seen}|{machine}");
    }

    [Fact]
    public async Task A_middleware_of_the_host_decides_where_this_one_is_not_used()
    {
        await using var application = await StartAsync(null);

        (await AskAsync(application, "203.0.113.9")).Should().Be("203.0.113.9 http |203.0.113.9");
    }

    private static async Task<string> AskAsync(WebApplication application, string forwardedFor)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, application.Urls.First());
        Add(request.Headers, ("X-Forwarded-For", forwardedFor), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Prefix", "/lab"),
            ("X-Forwarded-Host", "evil.example"));
        using var response = await client.SendAsync(request, Stop);
        var text = await response.Content.ReadAsStringAsync(Stop);
        text.Should().NotContain("evil", "the host is what the client asked for");
        return text.Replace(" " + new Uri(application.Urls.First()).Authority, "", StringComparison.Ordinal);

        static void Add(HttpRequestHeaders headers, params (string Name, string Value)[] values)
        {
            foreach (var (name, value) in values) headers.TryAddWithoutValidation(name, value);
        }
    }

    private static async Task<WebApplication> StartAsync(IPNetwork[]? proxies)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        if (proxies is not null) application.UseMaasForwardedHeaders(proxies);
        else
            application.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor });
        application.Run(http => http.Response.WriteAsync(
            $"{http.Connection.RemoteIpAddress} {http.Request.Scheme} {http.Request.Host} {http.Request.PathBase}"
                + $"|{TransportAddress.Of(http)}", Stop));
        await application.StartAsync(Stop);
        return application;
    }
}
