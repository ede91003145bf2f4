using System.Text;
using System.Text.Json;
using CsCheck;
using Maas.Api.Machines;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Scripts;

namespace Maas.Api.Tests.Machines;

/// <summary>What MAAS's clients were answered wrongly.</summary>
public class MachineAnswersTests
{
    private static ReadOnlyMemory<byte> TwoDisks { get; } = Encoding.UTF8.GetBytes(
        "maas-inventory\t1\nsystem\tmachine=x86_64\tfirmware=uefi\n" +
        "cpu\tcount=4\tcores=2\tsockets=1\tmax_mhz=3600\tmodel=CPU\nmemory\tkib=4194304\n" +
        "disk\tname=sda\tsize=134217728\tblock=512\trotational=0\tremovable=0\tro=0\tbus=usb\tserial=SMALL\tmodel=D\n" +
        "disk\tname=sdb\tsize=10737418240\tblock=512\trotational=0\tremovable=0\tro=0\tbus=sata\tserial=S-1\tmodel=D\n" +
        "disk\tname=sdc\tsize=10737418240\tblock=512\trotational=0\tremovable=0\tro=0\tbus=sata\tserial=S-2\tmodel=D\n" +
        "disk\tname=sdd\tsize=10737418240\tblock=512\trotational=0\tremovable=1\tro=0\tbus=usb\tserial=S-3\tmodel=D\n" +
        "numa\tindex=0\tcpus=0-1,3\tkib=4194304\nend\n");

    [Fact]
    public async Task A_machine_with_several_disks_is_deployed_to_the_first_of_at_least_512_MiB()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync(inventory: TwoDisks);

        (await host.GetAsync(host.Bob, $"machines/{machine.Id}/")).Expect(200).Json.GetProperty("boot_disk").GetProperty("name").GetString()
            .Should().Be("sdb");
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);

        (await host.MachineAsync(machine.Id)).Deployment!.Disk.Should().Be(new InstallDisk("sdb", "S-1"));
    }

    [Theory]
    [InlineData("id")]
    [InlineData("name")]
    public async Task The_boot_disk_is_set_by_an_administrator_while_the_machine_is_Ready(string by)
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync(inventory: TwoDisks);
        var disks = (await host.GetAsync(host.Bob, $"nodes/{machine.Id}/blockdevices/")).Expect(200).Json.EnumerateArray().ToList();
        var sdc = disks.Single(disk => disk.GetProperty("name").GetString() == "sdc").GetProperty(by).ToString();

        (await host.PostAsync(host.Bob, $"nodes/{machine.Id}/blockdevices/{sdc}/?op=set_boot_disk")).Expect(403);
        (await host.PostAsync(host.Admin, $"nodes/{machine.Id}/blockdevices/9/?op=set_boot_disk")).Expect(404);
        (await host.PostAsync(host.Admin, $"nodes/{machine.Id}/blockdevices/{sdc}/?op=set_boot_disk")).Expect(200).Text.Should().Be("OK");

        (await host.GetAsync(host.Bob, $"machines/{machine.Id}/")).Expect(200).Json.GetProperty("boot_disk").GetProperty("serial")
            .GetString().Should().Be("S-2");
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);
        (await host.MachineAsync(machine.Id)).Deployment!.Disk.Should().Be(new InstallDisk("sdc", "S-2"));
        (await host.PostAsync(host.Admin, $"nodes/{machine.Id}/blockdevices/{sdc}/?op=set_boot_disk")).Expect(409)
            .Text.Should().Be("Cannot set as boot disk because the machine is not Ready.");
    }

    [Theory]
    [InlineData("I2Nsb3VkLWNvbmZpZw==", "#cloud-config")]
    [InlineData("I2Nsb3Vk\r\nLWNvbmZpZw==\n", "#cloud-config")]
    [InlineData("#cloud-config\npackages: [vim]\n", "#cloud-config\npackages: [vim]\n")]
    [InlineData("#!/bin/sh\necho \u00e4\n", "#!/bin/sh\necho \u00e4\n")]
    [InlineData("I2Nsb3VkLWNvbmZpZw=", "I2Nsb3VkLWNvbmZpZw=")] // without its padding it does not come back the same
    [InlineData("I2Nsb3Vk LWNvbmZpZw==", "I2Nsb3Vk LWNvbmZpZw==")] // a blank is no line break
    public async Task User_data_is_decoded_when_it_is_base64_and_passed_through_when_it_is_not(string sent, string received)
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();

        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy", ("user_data", sent))).Expect(200);

        Encoding.UTF8.GetString((await host.Core.Machines.GetUserDataAsync(machine.Id, ApiHost.Cancellation))!.Value.Span).Should()
            .Be(received);
    }

    [Fact]
    public async Task User_data_that_is_sent_as_a_file_keeps_its_bytes()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        byte[] gzip = [0x1f, 0x8b, 8, 0, 0xff, 0xfe, 0];
        using var form = new MultipartFormDataContent { { new ByteArrayContent(gzip), "user_data", "user-data.gz" } };

        (await host.SendAsync("POST", $"machines/{machine.Id}/?op=deploy", host.Sign(host.Bob), form)).Expect(200);

        (await host.Core.Machines.GetUserDataAsync(machine.Id, ApiHost.Cancellation))!.Value.ToArray().Should().Equal(gzip);
    }

    [Fact]
    public void User_data_survives_whatever_it_is() =>
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            var wrapped = Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks);
            MachineForms.DecodeUserData(Encoding.ASCII.GetBytes(wrapped)).ToArray().Should().Equal(bytes);
        });

    [Theory]
    [InlineData("power_type=nonsense", "power_type", "Select a valid choice. nonsense is not one of the available choices.")]
    [InlineData("power_type=ipmi", "power_parameters", "IP address: This field is required.")]
    [InlineData("power_type=ipmi&power_parameters_power_address=", "power_parameters", "IP address: This field is required.")]
    public async Task Power_settings_that_cannot_work_are_400_at_once(string fields, string field, string words)
    {
        await using var host = await ApiHost.StartAsync(power: new OnlyIpmi());
        var machine = await host.EnlistAsync();
        var form = fields.Split('&').Select(pair => pair.Split('=')).Select(pair => (pair[0], pair[1])).ToList();

        (await host.PutAsync(host.Admin, $"machines/{machine.Id}/", [.. form])).Expect(400).Json.GetProperty(field)[0].GetString().Should()
            .Be(words);
        (await host.PostAsync(host.Admin, "machines/", [("architecture", "amd64"), ("mac_addresses", "52:54:00:00:00:09"), .. form]))
            .Expect(400)
            .Json.GetProperty(field)[0].GetString().Should().Be(words);
        (await host.PutAsync(host.Admin, $"/MAAS/api/1.0/nodes/{machine.Id}/", [.. form])).Expect(400);
        (await host.MachineAsync(machine.Id)).Power.IsManual.Should().BeTrue();
        (await host.Core.Machines.ListAsync(null, ApiHost.Cancellation)).Should().ContainSingle();
    }

    [Fact]
    public async Task A_machine_with_ipmi_needs_no_MAC_address()
    {
        await using var host = await ApiHost.StartAsync(power: new OnlyIpmi());

        var made = (await host.PostAsync(host.Admin, "machines/", ("architecture", "amd64"), ("power_type", "ipmi"),
            ("power_parameters_power_address", "10.0.0.9"), ("commission", "false"))).Expect(200).Json;

        made.GetProperty("interface_set").GetArrayLength().Should().Be(0);
        made.GetProperty("boot_interface").ValueKind.Should().Be(JsonValueKind.Null);
        (await host.PostAsync(host.Admin, "machines/", ("architecture", "amd64"), ("commission", "false"))).Expect(400)
            .Json.TryGetProperty("mac_addresses", out _).Should().BeTrue();
    }

    [Fact]
    public async Task Guessing_a_power_password_is_answered_the_same_whether_right_or_wrong()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        (await host.PutAsync(host.Admin, $"machines/{machine.Id}/", ("power_type", "ipmi"), ("power_parameters_power_pass", "calvin")))
            .Expect(200);
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));

        foreach (var path in new[] { $"machines/{machine.Id}/", $"/MAAS/api/1.0/nodes/{machine.Id}/" })
            foreach (var fields in new (string, string)[] { ("power_parameters_power_pass", "admin"),
                ("power_parameters_power_pass", "calvin"), ("power_parameters", "{\"power_pass\": \"calvin\"}"), ("power_type", "ipmi") })
                (await host.PutAsync(host.Bob, path, fields)).Expect(403);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failed_test_ends_in_Failed_testing_and_can_be_overridden(bool agentSaysTesting)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Commission());
        var token = await host.TokenAsync(machine);
        const string Metadata = "/MAAS/metadata/latest/";
        foreach (var script in await host.Core.ScriptResults.PendingAsync(machine.Id, ApiHost.Cancellation))
        {
            if (script.Result.Kind == ScriptKind.Testing && agentSaysTesting && (await host.MachineAsync(machine.Id))
                .Status == MachineStatus.Commissioning)
                (await host.PostAsync(token, Metadata, ("op", "signal"), ("status", "TESTING"))).Expect(200);
            var report = new ScriptReport { ResultId = script.Result.Id, ExitStatus = script.Result.Name == "20-maas-disk-read" ? 1 : 0,
                Output = new(ApiHost.Inventory, ApiHost.Inventory, default) };
            await host.Core.ScriptResults.ReportAsync(machine.Id, report, ApiHost.Cancellation);
        }

        (await host.PostAsync(token, Metadata, ("op", "signal"), ("status", "FAILED"))).Expect(200);

        var failed = (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Expect(200).Json;
        (failed.GetProperty("status_name").GetString(), failed.GetProperty("commissioning_status_name").GetString(),
            failed.GetProperty("testing_status_name").GetString())
            .Should().Be(("Failed testing", "Passed", "Failed"));
        (failed.GetProperty("storage_test_status").GetInt32(), failed.GetProperty("memory_test_status").GetInt32(),
            failed.GetProperty("cpu_test_status").GetInt32()).Should().Be((3, 2, -1));
        failed.GetProperty("status_message").GetString().Should().Contain("20-maas-disk-read");
        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=override_failed_testing")).Expect(200).Json.GetProperty("status_name")
            .GetString().Should().Be("Ready");
    }

    [Theory]
    [InlineData("none", 0)]
    [InlineData("20-maas-disk-read", 1)]
    [InlineData("memory,storage", 3)]
    [InlineData("commissioning", 3)]
    public async Task The_tests_that_are_asked_for_are_run_and_no_others(string scripts, int count)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();

        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=commission", ("testing_scripts", scripts))).Expect(200);

        (await host.Core.ScriptResults.PendingAsync(machine.Id, ApiHost.Cancellation))
            .Count(script => script.Result.Kind == ScriptKind.Testing).Should().Be(count);
        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=test", ("testing_scripts", "stress-ng"))).Expect(400)
            .Json.GetProperty("testing_scripts")[0].GetString().Should()
                .Be("Select a valid choice. stress-ng is not one of the available choices.");
    }

    [Fact]
    public async Task A_machine_has_every_member_that_MAAS_3_5_promises()
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync(inventory: TwoDisks);
        var machine = (await host.GetAsync(host.Admin, "machines/")).Expect(200).Json[0];

        foreach (var name in """
            system_id hostname description hardware_uuid domain fqdn owner owner_data locked cache_sets bcaches bios_boot_method
            boot_interface architecture min_hwe_kernel hwe_kernel cpu_count cpu_speed memory swap_size storage status osystem
            distro_series ephemeral_deploy error_description netboot power_type power_state tag_names address_ttl ip_addresses
            interface_set zone pool disable_ipv4 boot_disk blockdevice_set physicalblockdevice_set virtualblockdevice_set volume_groups
            raids status_action status_message status_name node_type node_type_name special_filesystems parent pod default_gateways
            current_commissioning_result_id current_testing_result_id current_installation_result_id commissioning_status
            commissioning_status_name testing_status testing_status_name cpu_test_status cpu_test_status_name memory_test_status
            memory_test_status_name network_test_status network_test_status_name storage_test_status storage_test_status_name
            other_test_status other_test_status_name hardware_info interface_test_status interface_test_status_name numanode_set
            virtualmachine_id workload_annotations last_sync sync_interval next_sync enable_hw_sync resource_uri
            """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
            machine.TryGetProperty(name, out _).Should().BeTrue(name);
        machine.GetProperty("numanode_set")[0].GetProperty("cores").EnumerateArray().Select(each => each.GetInt32()).Should()
            .Equal(0, 1, 3);
        foreach (var name in """
            system_id id name uuid type path model serial id_path size block_size available_size used_size used_for tags filesystem
            partition_table_type partitions firmware_version storage_pool numa_node
            """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
            machine.GetProperty("blockdevice_set")[0].TryGetProperty(name, out _).Should().BeTrue(name);
        foreach (var name in """
            system_id id name type vlan mac_address parents children tags enabled links params discovered effective_mtu vendor product
            firmware_version link_connected interface_speed link_speed numa_node sriov_max_vf
            """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
            machine.GetProperty("interface_set")[0].TryGetProperty(name, out _).Should().BeTrue(name);
    }

    [Fact]
    public async Task No_link_is_without_its_subnet()
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync();

        var links = (await host.GetAsync(host.Admin, "machines/")).Expect(200).Json[0].GetProperty("interface_set").EnumerateArray()
            .SelectMany(nic => nic.GetProperty("links").EnumerateArray());
        links.Where(link => !link.TryGetProperty("subnet", out var subnet) || subnet.ValueKind != JsonValueKind.Object)
            .Should().BeEmpty("Juju follows a link to its subnet without looking");
    }

    [Fact]
    public async Task Kept_fields_are_shown_as_they_were_set()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();

        var changed = (await host.PutAsync(host.Admin, $"machines/{machine.Id}/", ("min_hwe_kernel", "hwe-22.04"), ("swap_size", "2G")))
            .Expect(200).Json;

        (changed.GetProperty("min_hwe_kernel").GetString(), changed.GetProperty("swap_size").GetInt64()).Should()
            .Be(("hwe-22.04", 2_000_000_000));
        (await host.PutAsync(host.Admin, $"machines/{machine.Id}/", ("swap_size", ""))).Expect(200).Json.GetProperty("swap_size")
            .ValueKind.Should().Be(JsonValueKind.Null);
        (await host.PutAsync(host.Admin, $"machines/{machine.Id}/", ("swap_size", "much"))).Expect(400);
    }

    [Fact]
    public async Task Interfaces_and_disks_are_found_by_name_too()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        (await host.GetAsync(host.Bob, $"nodes/{machine.Id}/blockdevices/vda/")).Expect(200).Json.GetProperty("serial").GetString().Should()
            .Be("disk-1");
        (await host.GetAsync(host.Bob, $"nodes/{machine.Id}/interfaces/eth0/")).Expect(200).Json.GetProperty("mac_address").GetString()
            .Should().Be("52:54:00:00:00:01");
        (await host.GetAsync(host.Bob, $"nodes/{machine.Id}/interfaces/eth9/")).Expect(404);
    }

    [Fact]
    public async Task An_address_that_is_in_use_is_told_with_its_machine_to_those_who_see_the_machine()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync("52:54:00:00:00:01");
        Task<Reply> CreateAsync(Core.Accounts.ApiKey key) =>
            host.PostAsync(key, "machines/", ("architecture", "amd64"), ("mac_addresses", "52-54-00-00-00-01"));

        (await CreateAsync(host.Bob)).Expect(400).Text.Should()
            .Be($$"""{"mac_addresses":["MAC address 52:54:00:00:00:01 already in use on {{machine.Hostname}}."]}""");
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        (await CreateAsync(host.Eve)).Expect(400).Json.GetProperty("mac_addresses")[0].GetString().Should()
            .Be("MAC address 52:54:00:00:00:01 already in use.");
        (await CreateAsync(host.Admin)).Expect(400).Text.Should().Contain(machine.Hostname);
    }

    [Theory]
    [InlineData("machines/")]
    [InlineData("/MAAS/api/1.0/nodes/?op=new")]
    public async Task A_stranger_who_names_a_known_address_learns_nothing_of_its_machine(string path)
    {
        await using var host = await ApiHost.StartAsync();
        var (known, deployed) = (await host.EnlistAsync("52:54:00:00:00:01"), await host.ReadyAsync("52:54:00:00:00:02"));
        foreach (var machine in new[] { known, deployed })
            (await host.PutAsync(host.Admin, $"machines/{machine.Id}/", ("hostname", $"canary-{machine.Number}"))).Expect(200);

        HashSet<string> answers = [];
        foreach (var mac in new[] { "52:54:00:00:00:01", "52:54:00:00:00:02" })
        {
            var reply = (await host.SendAsync("POST", path, null, ApiHost.Form(("architecture", "amd64"), ("mac_addresses", mac))))
                .Expect(200);
            reply.Text.Should().NotContain("canary").And.NotContain(known.Id.ToString()).And.NotContain(deployed.Id.ToString());
            answers.Add(reply.Text.Replace(mac, "MAC", StringComparison.Ordinal)
                .Replace(mac.Replace(":", "", StringComparison.Ordinal), "MAC", StringComparison.Ordinal));
        }

        answers.Should().ContainSingle("the machine's state makes no difference");
        (await host.Core.Machines.ListAsync(null, ApiHost.Cancellation)).Should().HaveCount(2);
    }

    [Fact]
    public async Task Words_are_not_escaped_beyond_need()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.GetAsync(host.Bob, "machines/?zone=m\u00e4rs")).Expect(400).Text.Should()
            .Be("""{"zone":["No such zone: 'm\u00e4rs'."]}""".Replace("\\u00e4", "\u00e4", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_scripts_times_are_in_MAASs_format()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        var set = (await host.GetAsync(host.Admin, $"nodes/{machine.Id}/results/")).Expect(200).Json[0];

        const string Mail =
            @"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d -0000$";
        set.GetProperty("results")[0].GetProperty("started").GetString().Should().MatchRegex(Mail);
        set.GetProperty("results")[0].GetProperty("ended").GetString().Should().MatchRegex(Mail);
        set.GetProperty("results")[0].GetProperty("runtime").GetString().Should().MatchRegex(@"^\d+:\d\d:\d\d$");
    }

    [Fact]
    public async Task A_Deployed_machine_that_synchronises_its_hardware_has_no_script_to_run()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);
        var token = await host.TokenAsync(machine);
        (await host.PostAsync(token, "/MAAS/metadata/latest/?op=netboot_off")).Expect(200);
        (await host.GetAsync(token, "/MAAS/metadata/latest/user-data")).Expect(404);
        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Deployed);

        (await host.GetAsync(token, "/MAAS/metadata/latest/maas-scripts")).Expect(204).ContentType.Should().Be("text/plain");
    }

    [Fact]
    public async Task Stopping_softly_asks_the_operating_system()
    {
        var power = new OnlyIpmi();
        await using var host = await ApiHost.StartAsync(power: power);
        var machine = await host.ReadyAsync();
        (await host.PutAsync(host.Admin, $"machines/{machine.Id}/", ("power_type", "ipmi"), ("power_parameters_power_address", "10.0.0.9")))
            .Expect(200);
        await host.Core.PowerQueue.PassAsync(ApiHost.Cancellation);
        power.Asked.Clear();

        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=power_off", ("stop_mode", "soft"))).Expect(200);
        await host.Core.PowerQueue.PassAsync(ApiHost.Cancellation);
        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=power_off", ("stop_mode", "gently"))).Expect(400)
            .Json.TryGetProperty("stop_mode", out _).Should().BeTrue();

        power.Asked.Should().Equal("soft");
    }

    private sealed class OnlyIpmi : IMachinePower
    {
        public List<string> Asked { get; } = [];

        public Task<MachinePowerResult> TurnOnAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
            Answer("on", MachinePowerState.On);

        public Task<MachinePowerResult> TurnOffAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
            Answer("off", MachinePowerState.Off);

        public Task<MachinePowerResult> ShutDownAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
            Answer("soft", MachinePowerState.Off);

        public Task<MachinePowerResult> QueryAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
            Answer("query", MachinePowerState.Off);

        public PowerSettingsFault? Validate(MachinePowerTarget target) => target.Power.Type != "ipmi"
            ? new("power_type", $"Select a valid choice. {target.Power.Type} is not one of the available choices.")
            : string.IsNullOrEmpty(target.Power.Parameters.GetValueOrDefault("power_address"))
                ? new("power_parameters", "IP address: This field is required.") : null;

        private Task<MachinePowerResult> Answer(string word, MachinePowerState state)
        {
            Asked.Add(word);
            return Task.FromResult<MachinePowerResult>(new MachinePowerResult.Done(state));
        }
    }
}
