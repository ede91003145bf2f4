using System.Net;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Core.Scripts;
using Maas.Install;
using Maas.Install.Recipes;
using Maas.Install.Templates;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Hosting.Tests;

/// <summary>A machine that is deployed by a recipe: who gets its answer file, and how its deployment ends.</summary>
public class InstallerTests
{
    private static readonly InstallRecipe Recipe = DebianInstaller.Create("bookworm", "debian-12/linux", "debian-12/initrd.gz")
        .With(("user_password_crypted", "$6$CANARY$hash"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_answer_file_is_given_for_the_token_of_the_boot_script_and_the_reports_end_the_deployment()
    {
        await using var server = await StartAsync();
        using var client = new HttpClient { BaseAddress = server.Base };
        var machine = await DeployAsync(server);
        machine.NextBoot.Should().Be(new BootIntent.Installer("debian/bookworm"));
        (machine.Deployment!.OsSystem, machine.Deployment.DistroSeries).Should().Be(("debian", "bookworm"));

        var token = (await server.Get<BootTokens>().IssueAsync(machine.Id, IPAddress.Loopback, Token))!.Value.Reveal();
        var preseed = await GetAsync(client, $"metadata/latest/install/{token}/preseed.cfg");
        var key = (await server.Get<MachineTokens>().GetAsync(machine.Id, Token))!;
        preseed.Should().ContainAll("_preseed_V1", key.TokenKey, key.TokenSecret.Reveal(), "$6$CANARY$hash");
        var served = (await server.Get<ReceivedBootFiles>().ListAsync(machine.Id, Token)).Should().ContainSingle().Subject;
        served.Should().BeEquivalentTo(new { Name = "preseed.cfg", Owner = "ann" });
        served.Text.Should().Contain(InstallFacts.Hidden).And.NotContainAny(key.TokenKey, key.TokenSecret.Reveal(), "CANARY", token);
        (await StatusAsync(client, $"metadata/latest/install/{token}/other.cfg")).Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync(client, $"metadata/latest/install/{token}x/preseed.cfg")).Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync(client, $"metadata/latest/install/-/preseed.cfg")).Should().Be(HttpStatusCode.NotFound);

        using var own = new HttpClient { BaseAddress = server.Base };
        own.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", Header(key));
        (await GetAsync(own, $"metadata/latest/by-id/{machine.Id}/?op=get_preseed")).Should().Contain("_preseed_V1");
        (await PostAsync(own, key, "metadata/latest/", ("op", "signal"), ("status", "WORKING"), ("error", "The Debian installer runs.")))
            .Should().Be(HttpStatusCode.OK);
        (await server.Get<Machines>().GetAsync(machine.Id, Token))!.StatusMessage.Should().Be("The Debian installer runs.");
        (await PostAsync(own, key, "metadata/latest/", ("op", "netboot_off"))).Should().Be(HttpStatusCode.OK);
        (await server.Get<Machines>().GetAsync(machine.Id, Token))!.NextBoot.Should().Be(new BootIntent.LocalDisk());
        var late = (await server.Get<BootTokens>().IssueAsync(machine.Id, IPAddress.Loopback, Token))!.Value.Reveal();
        (await StatusAsync(client, $"metadata/latest/install/{late}/preseed.cfg")).Should().Be(
            HttpStatusCode.NotFound, "it boots from its disk now");
        using var userData = new HttpRequestMessage(HttpMethod.Get, "metadata/latest/user-data");
        userData.Headers.TryAddWithoutValidation("Authorization", Header(key));
        using var client2 = new HttpClient { BaseAddress = server.Base };
        (await client2.SendAsync(userData, Token)).Dispose();
        (await server.Get<Machines>().GetAsync(machine.Id, Token))!.Status.Should().Be(MachineStatus.Deployed);
    }

    [Fact]
    public async Task No_other_client_gets_a_secret_of_it()
    {
        await using var server = await StartAsync();
        using var client = new HttpClient { BaseAddress = server.Base };
        var machine = await DeployAsync(server);
        var key = (await server.Get<MachineTokens>().GetOrCreateAsync(machine.Id, Token))!;
        foreach (var path in (string[])
        [
            $"metadata/latest/by-id/{machine.Id}/?op=get_preseed", "metadata/latest/install-files/preseed.cfg",
            $"metadata/latest/install/{machine.Id}/preseed.cfg", $"api/2.0/machines/{machine.Id}/?op=get_curtin_config",
        ])
        {
            using var answer = await client.GetAsync(path, Token);
            (await answer.Content.ReadAsStringAsync(Token)).Should().NotContainAny("CANARY", key.TokenKey, key.TokenSecret.Reveal());
        }

        var preview = await server.Get<IAnswerFiles>().WriteAsync(machine, null, server.Base, null, Token);
        preview.Should().BeOfType<AnswerFileResult.Written>().Which.Text.Should().Contain(InstallFacts.Hidden).And.NotContain("CANARY");
    }

    [Fact]
    public async Task The_answer_file_names_the_proxy_of_the_settings_unless_the_recipe_names_one()
    {
        await using var server = await StartAsync();
        var machine = await DeployAsync(server);
        var (settings, writer) = (server.Get<Maas.Core.Configuration.Settings>(), server.Get<AnswerFileWriter>());
        (await ProxyAsync(Recipe)).Should().Be("d-i mirror/http/proxy string");

        (await settings.ChangeAsync("http_proxy", "http://squid.lab:3128", Token)).Should().BeNull();

        (await ProxyAsync(Recipe)).Should().Be("d-i mirror/http/proxy string http://squid.lab:3128");
        (await ProxyAsync(Recipe with { Mirror = new Uri("https://mirror.lab/debian") })).Should().Be(
            "d-i mirror/https/proxy string http://squid.lab:3128");
        (await ProxyAsync(Recipe with { Proxy = new Uri("http://own.lab:3128") })).Should().Be(
            "d-i mirror/http/proxy string http://own.lab:3128");
        (await settings.ChangeAsync("enable_http_proxy", "false", Token)).Should().BeNull();
        (await ProxyAsync(Recipe)).Should().Be("d-i mirror/http/proxy string");

        async Task<string> ProxyAsync(InstallRecipe recipe)
        {
            var file = await writer.PreviewAsync(machine, recipe, null, server.Base, Token);
            return file.Should().BeOfType<AnswerFileResult.Written>().Which.Text.Split('\n')
                .Single(line => line.StartsWith("d-i mirror/http", StringComparison.Ordinal)
                    && line.Contains("/proxy string", StringComparison.Ordinal)).TrimEnd();
        }
    }

    [Fact]
    public async Task A_stored_template_changes_the_answer_file_and_its_effect_can_be_previewed()
    {
        await using var server = await StartAsync();
        var machine = await DeployAsync(server);
        var draft = new TemplateDraft("debian/user", "d-i passwd/make-user boolean false\n")
        {
            Scope = new TemplateScope(TemplateScopeKind.Machine, machine.Id.ToString()),
        };
        (await server.Get<AnswerFileWriter>().PreviewChangeAsync(machine, Recipe, draft, server.Base, Token))
            .Should().BeOfType<AnswerFileResult.Written>().Which.Text.Should().ContainAll(
                "-d-i passwd/make-user boolean true\n", "+d-i passwd/make-user boolean false\n");
        (await server.Get<TemplateLibrary>().SaveAsync(draft, "ann", Token)).Should().BeOfType<TemplateEdit.Done>();
        (await server.Get<IAnswerFiles>().WriteAsync(machine, "preseed.cfg", server.Base, null, Token))
            .Should().BeOfType<AnswerFileResult.Written>().Which.Text.Should().Contain("d-i passwd/make-user boolean false\n");
    }

    [Fact]
    public async Task A_system_without_a_recipe_or_an_image_is_refused()
    {
        await using var server = await StartAsync();
        var machine = await ReadyAsync(server);
        (await server.Get<Machines>().DeployAsync(
            machine.Id, new DeployRequest { Owner = "ann", OsSystem = "debian", DistroSeries = "trixie" }, cancellationToken: Token))
            .Should().BeOfType<CommandResult.Refused>().Which.Reason.Should().Contain("'debian/trixie'");
    }

    private static Task<ComposedServer> StartAsync() =>
        ComposedServer.StartAsync(null, configure: services => services.AddMaasInstall(Recipe));

    private static async Task<Machine> ReadyAsync(ComposedServer server)
    {
        var machines = server.Get<Machines>();
        var created = await machines.EnlistAsync(new NewMachine { MacAddresses = [Core.MacAddress.Parse("52:54:00:12:34:56")] });
        var id = created.Should().BeOfType<CreateResult.Created>().Which.Machine.Id;
        await machines.ExecuteAsync(id, new MachineCommand.Accept(), cancellationToken: Token);
        var inventory = "maas-inventory\t1\ncpu\tcount=2\nmemory\tkib=2048\ndisk\tname=vda\tserial=S1\tsize=4294967296\nend\n"u8.ToArray();
        foreach (var script in await server.Get<ScriptResults>().PendingAsync(id))
        {
            await server.Get<ScriptResults>().ReportAsync(
                id,
                new ScriptReport { ResultId = script.Result.Id, ExitStatus = 0, Output = new ScriptOutput(inventory, inventory, default) },
                Token);
        }

        var ready = await machines.ReportAsync(id, new MachineReport.Signal(SignalReport.Ok, null), Token);
        return ready.Should().BeOfType<CommandResult.Done>().Which.Machine;
    }

    private static async Task<Machine> DeployAsync(ComposedServer server)
    {
        var machine = await ReadyAsync(server);
        var deployed = await server.Get<Machines>().DeployAsync(
            machine.Id, new DeployRequest { Owner = "ann", OsSystem = "debian", DistroSeries = "bookworm" }, cancellationToken: Token);
        return deployed.Should().BeOfType<CommandResult.Done>().Which.Machine;
    }

    private static Task<string> GetAsync(HttpClient client, string path) => client.GetStringAsync(path, Token);

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, Token);
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode> PostAsync(
        HttpClient client, MachineToken key, string path, params (string Name, string Value)[] fields)
    {
        client.DefaultRequestHeaders.Remove("Authorization");
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", Header(key));
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var answer = await client.PostAsync(path, form, Token);
        return answer.StatusCode;
    }

    private static string Header(MachineToken key) =>
        "OAuth oauth_version=\"1.0\", oauth_signature_method=\"PLAINTEXT\", "
        + $"oauth_consumer_key=\"{key.ConsumerKey}\", oauth_token=\"{key.TokenKey}\", oauth_signature=\"%26{key.TokenSecret.Reveal()}\", "
        + $"oauth_nonce=\"{Guid.CreateVersion7():N}\", oauth_timestamp=\"{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}\"";
}
