using System.Net;

namespace Maas.Client.Tests;

public class MaasClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://maas.test/MAAS")]
    [InlineData("http://maas.test/MAAS/")]
    [InlineData("http://maas.test/MAAS/api/2.0/")]
    [InlineData("http://maas.test/MAAS/api/2.0")]
    public async Task The_address_of_the_server_may_have_the_path_of_the_API(string address)
    {
        var server = new StubServer(_ => StubServer.Json("""{"version":"3.5.0","subversion":"","capabilities":["x"]}"""));
        using var client = server.Client(address: address);

        (await client.Version.GetAsync(Cancellation)).Capabilities.Should().Equal("x");

        server.Requests.Should().ContainSingle().Which.Uri.Should().Be(new Uri("http://maas.test/MAAS/api/2.0/version/"));
    }

    [Theory]
    [InlineData("ftp://maas.test/MAAS")]
    [InlineData("http://user@maas.test/MAAS")]
    [InlineData("http://maas.test/MAAS?x=1")]
    [InlineData("/MAAS")]
    public void Another_kind_of_address_is_refused(string address)
    {
        var making = () => new MaasClient(new Uri(address, UriKind.RelativeOrAbsolute));

        making.Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task Every_request_has_a_nonce_of_its_own_and_the_signature_is_encoded_twice()
    {
        var server = new StubServer(_ => StubServer.Json("[]"));
        using var client = new MaasClient(
            new Uri("http://maas.test/MAAS"), MaasApiKey.Parse("c:t:a+b&c"), null, new HttpClient(server));

        await client.Zones.ListAsync(Cancellation).ToListAsync(Cancellation);
        await client.Zones.ListAsync(Cancellation).ToListAsync(Cancellation);

        server.Requests.Select(each => each.Authorization).Should().OnlyHaveUniqueItems();
        server.Requests[0].Authorization.Should().StartWith("OAuth oauth_version=\"1.0\"").And.Contain("oauth_consumer_key=\"c\"")
            .And.Contain("oauth_signature=\"%26a%252Bb%2526c\"");
    }

    [Fact]
    public async Task An_error_has_its_status_its_text_and_the_errors_of_its_fields()
    {
        var server = new StubServer(_ =>
        {
            var answer = StubServer.Json("""{"hostname":["Already exists.","Bad."],"__all__":"No."}""", HttpStatusCode.BadRequest);
            answer.Headers.Add("X-MAAS-Error", "duplicate");
            return answer;
        });
        using var client = server.Client();

        var creating = () => client.Machines.CreateAsync(new() { Hostname = "secret-host" }, Cancellation);

        var error = (await creating.Should().ThrowAsync<MaasApiException>()).Which;
        error.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        error.ErrorCode.Should().Be("duplicate");
        error.Errors["hostname"].Should().Equal("Already exists.", "Bad.");
        error.Errors["__all__"].Should().Equal("No.");
        error.Message.Should().Be("POST /MAAS/api/2.0/machines/: 400 BadRequest: hostname: Already exists. Bad.; __all__: No.");
    }

    [Fact]
    public async Task A_text_is_in_the_message_on_one_line_and_a_query_is_not()
    {
        var server = new StubServer(_ => StubServer.Text(HttpStatusCode.NotFound, "gone\r\nforged log line"));
        using var client = server.Client();

        var reading = () => client.Files.OpenAsync("token-in-a-name", Cancellation);

        var error = (await reading.Should().ThrowAsync<MaasApiException>()).Which;
        error.Text.Should().Be("gone\r\nforged log line");
        error.Message.Should().Be("GET /MAAS/api/2.0/files/?op=get: 404 NotFound: gone  forged log line");
    }

    [Fact]
    public async Task A_form_sends_lists_as_repeated_names_and_leaves_out_what_is_null()
    {
        var server = new StubServer(_ => StubServer.Json("{}"));
        using var client = server.Client();

        await client.Machines.CreateAsync(
            new()
            {
                Architecture = "amd64",
                MacAddresses = ["52:54:00:00:00:01", "52:54:00:00:00:02"],
                PowerType = "ipmi",
                PowerParameters = new Dictionary<string, string> { ["power_address"] = "10.0.0.7" },
                Commission = false,
                Description = "",
            },
            Cancellation);

        server.Requests.Single().Body.Should().Be(
            "architecture=amd64&mac_addresses=52%3A54%3A00%3A00%3A00%3A01&mac_addresses=52%3A54%3A00%3A00%3A00%3A02"
            + "&description=&power_type=ipmi&commission=false&power_parameters_power_address=10.0.0.7");
    }

    [Fact]
    public async Task A_name_cannot_leave_its_part_of_the_path()
    {
        var server = new StubServer(_ => StubServer.Json("{}"));
        using var client = server.Client();

        await client.Tags.GetAsync("../users?x=1#y", Cancellation);
        await client.Subnets.GetAsync("10.0.0.0/24", Cancellation);

        server.Requests.Select(each => each.Target).Should().Equal(
            "GET /MAAS/api/2.0/tags/..%2Fusers%3Fx%3D1%23y/", "GET /MAAS/api/2.0/subnets/10.0.0.0%2F24/");
    }

    [Fact]
    public async Task A_name_of_dots_is_refused_because_it_would_be_another_path()
    {
        var server = new StubServer(_ => StubServer.Json("{}"));
        using var client = server.Client();

        var reading = () => client.Tags.GetAsync("..", Cancellation);

        await reading.Should().ThrowAsync<ArgumentException>();
        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Requests_without_a_method_of_their_own_are_sent_as_JSON()
    {
        var server = new StubServer(request => request.Method == "DELETE"
            ? StubServer.Text(HttpStatusCode.NoContent)
            : StubServer.Json("""{"answer":[1]}"""));
        using var client = server.Client();
        var form = new MaasForm().Add("a", "b c");

        using var read = await client.SendAsync(HttpMethod.Get, "package-repositories/", form, Cancellation);
        using var posted = await client.SendAsync(HttpMethod.Post, "package-repositories/?op=x", form, Cancellation);
        (await client.SendAsync(HttpMethod.Delete, "package-repositories/1/", null, Cancellation)).Should().BeNull();

        read!.RootElement.GetProperty("answer").GetArrayLength().Should().Be(1);
        posted.Should().NotBeNull();
        server.Requests.Select(each => $"{each.Target} {each.Body}").Should().Equal(
            "GET /MAAS/api/2.0/package-repositories/?a=b%20c ",
            "POST /MAAS/api/2.0/package-repositories/?op=x a=b+c",
            "DELETE /MAAS/api/2.0/package-repositories/1/ ");
    }

    [Theory]
    [InlineData("\"lab\"", "lab")]
    [InlineData("7", "7")]
    [InlineData("true", "True")]
    [InlineData("null", "")]
    public async Task A_setting_has_any_type(string json, string expected)
    {
        var server = new StubServer(_ => StubServer.Json(json));
        using var client = server.Client();

        (await client.Configuration.GetAsync("maas_name", Cancellation)).ToString().Should().Be(expected);

        server.Requests.Single().Target.Should().Be("GET /MAAS/api/2.0/maas/?op=get_config&name=maas_name");
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        foreach (var options in new MaasClientOptions[]
        {
            new() { MaximumAttempts = 0 }, new() { RequestTimeout = TimeSpan.Zero }, new() { MaximumResponseBytes = 1 },
            new() { RetryDelay = TimeSpan.FromSeconds(-1) }, new() { MaximumRetryDelay = TimeSpan.FromDays(1) },
        })
        {
            var making = () => new MaasClient(new Uri("http://maas.test/MAAS"), null, options);
            making.Should().Throw<ArgumentOutOfRangeException>();
        }
    }
}
