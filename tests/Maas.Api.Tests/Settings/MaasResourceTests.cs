using Maas.Core.Configuration;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Settings;

public class MaasResourceTests
{
    [Fact]
    public async Task Every_setting_has_a_value_of_its_type_before_anybody_sets_it_and_every_user_may_read_it()
    {
        await using var host = await ApiHost.StartAsync();

        foreach (var setting in SettingCatalogue.All)
        {
            var value = (await host.GetAsync(host.Bob, $"maas/?op=get_config&name={setting.Name}")).Expect(200);
            value.ContentType.Should().Be("application/json");
            value.Text.Should().Be(setting.Default);
            var kind = value.Json.ValueKind;
            (setting.Kind switch
            {
                SettingKind.Boolean => kind is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False,
                SettingKind.Number => kind is System.Text.Json.JsonValueKind.Number,
                _ => kind is System.Text.Json.JsonValueKind.String or System.Text.Json.JsonValueKind.Null,
            }).Should().BeTrue("{0} is {1}", setting.Name, value.Text);
        }
    }

    [Fact]
    public async Task A_setting_with_choices_is_one_of_them()
    {
        await using var host = await ApiHost.StartAsync();
        const string Name = SettingCatalogue.DefaultStorageLayout;
        (await host.PostAsync(host.Admin, "maas/?op=set_config", ("name", Name), ("value", "lvm"))).Expect(200);
        (await host.PostAsync(host.Admin, "maas/?op=set_config", ("name", Name), ("value", "vmfs6"))).Expect(400)
            .Json.GetProperty(Name)[0].GetString().Should().StartWith("'vmfs6' is not a valid default_storage_layout.");
        (await host.GetAsync(host.Admin, $"maas/?op=get_config&name={Name}")).Text.Should().Be("\"lvm\"");
    }

    [Fact]
    public async Task A_setting_is_changed_or_refused_and_never_merely_accepted()
    {
        await using var host = await ApiHost.StartAsync();

        foreach (var setting in SettingCatalogue.All.Where(each =>
            each.Name is not (SettingCatalogue.DefaultOsSystem or SettingCatalogue.DefaultDistroSeries) && each.Choices.Count == 0))
        {
            var other = setting.Kind switch
            {
                SettingKind.Boolean => setting.Default == "true" ? "false" : "true",
                SettingKind.Number => "12345",
                SettingKind.Url => "http://123/",
                _ when setting.Name == SettingCatalogue.HardwareSyncInterval => "1h30m",
                _ => "123",
            };
            var reply = await host.PostAsync(host.Admin, "maas/?op=set_config", ("name", setting.Name), ("value", other));
            var read = (await host.GetAsync(host.Admin, $"maas/?op=get_config&name={setting.Name}")).Text;
            if (setting.FixedBecause is null)
            {
                reply.Expect(200).Text.Should().Be("OK");
                read.Should().Be(
                    setting.Kind is SettingKind.Text or SettingKind.Url ? $"\"{other}\"" : other, "a text stays a text");
            }
            else
            {
                reply.Expect(400).Json.GetProperty(setting.Name)[0].GetString().Should().Contain("cannot change");
                read.Should().Be(setting.Default);
            }
        }
    }

    [Theory]
    [InlineData("get_config")]
    [InlineData("set_config")]
    public async Task A_name_that_is_no_settings_is_400_in_MAASs_words(string op)
    {
        await using var host = await ApiHost.StartAsync();

        var reply = op == "get_config"
            ? await host.GetAsync(host.Admin, "maas/?op=get_config&name=nonsense")
            : await host.PostAsync(host.Admin, "maas/?op=set_config", ("name", "nonsense"), ("value", "1"));

        reply.Expect(400).Json.GetProperty("nonsense")[0].GetString().Should()
            .StartWith("nonsense is not a valid config setting (valid settings are: ").And.Contain("maas_name");
    }

    [Theory]
    [InlineData("enable_disk_erasing_on_release", "perhaps", "Enter true or false.")]
    [InlineData("default_distro_series", "noble", "'noble' is not a valid release.  It should be one of: 'debian-12'.")]
    [InlineData("default_osystem", "ubuntu", "'ubuntu' is not a valid osystem.  It should be one of: 'custom'.")]
    public async Task A_value_that_is_none_is_400(string name, string value, string words)
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();

        (await host.PostAsync(host.Admin, "maas/?op=set_config", ("name", name), ("value", value))).Expect(400)
            .Json.GetProperty(name)[0].GetString().Should().Be(words);
    }

    [Fact]
    public async Task In_2012_a_value_was_JSON()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.PostAsync(host.Admin, "/MAAS/api/1.0/maas/", ("op", "set_config"), ("name", "maas_name"), ("value", "\"lab\"")))
            .Expect(200);

        (await host.GetAsync(host.Admin, "/MAAS/api/1.0/maas/?op=get_config&name=maas_name")).Expect(200).Text.Should().Be("\"lab\"");
    }

    [Theory]
    [InlineData("true", "false", EraseMode.Secure)]
    [InlineData("false", "true", EraseMode.Quick)]
    [InlineData("false", "false", EraseMode.Full)]
    public async Task Erasing_on_release_is_done_when_the_setting_says_so(string secure, string quick, EraseMode mode)
    {
        await using var host = await ApiHost.StartAsync();
        foreach (var (name, value) in new[] { ("enable_disk_erasing_on_release", "true"), ("disk_erase_with_secure_erase", secure),
            ("disk_erase_with_quick_erase", quick) })
            (await host.PostAsync(host.Admin, "maas/?op=set_config", ("name", name), ("value", value))).Expect(200);

        var released = 0;
        foreach (var release in new Func<string, Task<Reply>>[]
        {
            id => host.PostAsync(host.Bob, $"machines/{id}/?op=release"),
            id => host.PostAsync(host.Bob, "machines/?op=release", ("machines", id)),
            id => host.PostAsync(host.Bob, $"/MAAS/api/1.0/nodes/{id}/?op=release"),
            id => host.PostAsync(host.Bob, "/MAAS/api/1.0/nodes/?op=release", ("nodes", id)),
        })
        {
            var machine = await host.ReadyAsync($"52:54:00:00:00:0{++released}");
            await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
            (await release(machine.Id.ToString())).Expect(200);
            var after = await host.MachineAsync(machine.Id);
            (after.Status, after.Erase).Should().Be((MachineStatus.DiskErasing, mode));
        }
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("erase=true", EraseMode.Secure)]
    [InlineData("erase=true&quick_erase=true", EraseMode.Quick)]
    [InlineData("erase=true&secure_erase=false", EraseMode.Full)]
    [InlineData("erase=true&secure_erase=true&quick_erase=true", EraseMode.Secure)]
    [InlineData("quick_erase=true", null)]
    public async Task A_release_is_erased_as_the_request_says_and_as_MAASs_defaults_say_otherwise(string arguments, EraseMode? mode)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));

        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=release&{arguments}")).Expect(200);

        (await host.MachineAsync(machine.Id)).Erase.Should().Be(mode);
    }

    [Fact]
    public async Task A_default_system_is_deployed_when_the_request_names_none()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        await host.UploadImageAsync(50_000, "custom/other");
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Admin, "maas/?op=set_config", ("name", "default_distro_series"), ("value", "debian-12"))).Expect(200);

        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200).Json.GetProperty("distro_series").GetString()
            .Should().Be("debian-12");
    }
}
