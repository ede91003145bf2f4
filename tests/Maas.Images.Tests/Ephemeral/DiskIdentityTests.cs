using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>What the agent reads of a disk, and how it finds the one that is meant.</summary>
public sealed class DiskIdentityTests : IDisposable
{
    private static readonly System.Text.RegularExpressions.Regex SizeOfFile =
        new("""\[ (! )?-s (?!"\$RUN/)""", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    private const string Sata = "pci0000:00/0000:00:1f.2/ata3/host2/target2:0:0/2:0:0:0";
    private const string Usb = "pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0";

    private readonly AgentShell _shell = new();

    public static TheoryData<string, string, string, string, string> Attachments => new()
    {
        // device, files below sys/devices/DEVICE, serial number, world wide name, place
        {
            Sata,
            "vpd_pg80=SATA77;wwid=naa.5000c500a1b2c3d4;../../../ata_port/ata3/port_no=2",
            "SATA77",
            "naa.5000c500a1b2c3d4",
            "pci-0000:00:1f.2-ata-2-scsi-0:0:0"
        },
        { "pci0000:00/0000:00:05.0/virtio2/host0/target0:0:3/0:0:3:0", "vpd_pg80=SCSI88", "SCSI88", "", "pci-0000:00:05.0-scsi-0:3:0" },
        {
            "pci0000:00/0000:00:06.0/host1/port-1:0/end_device-1:0/target1:0:0/1:0:0:0",
            "vpd_pg80= SAS  9 ;wwid=naa.5000c5",
            "SAS  9",
            "naa.5000c5",
            "pci-0000:00:06.0-scsi-0:0:0"
        },
        { "pci0000:00/0000:00:04.0/virtio1", "block/DISK/serial=VIRTIO1", "VIRTIO1", "", "pci-0000:00:04.0" },
        {
            "pci0000:00/0000:00:07.0/nvme/nvme0",
            "serial=NVME5   ;block/DISK/wwid=eui.0025385b71b0a1f2;block/DISK/nsid=1",
            "NVME5",
            "eui.0025385b71b0a1f2",
            "pci-0000:00:07.0-nvme-1"
        },
        {
            "pci0000:00/0000:00:08.0/mmc_host/mmc0/mmc0:4567",
            "serial=0x12345678;cid=aa5859515a5a5a51",
            "0x12345678",
            "aa5859515a5a5a51",
            "pci-0000:00:08.0-mmc"
        },
        {
            "platform/soc/platform/fe340000.mmc/mmc_host/mmc0/mmc0:0001",
            "serial=0x00000001",
            "0x00000001",
            "",
            "platform-fe340000.mmc-mmc"
        },
        { Usb, "../../../../idVendor=46f4;../../../../serial=STICK-1", "STICK-1", "", "pci-0000:00:14.0-usb-1:1.0-scsi-0:0:0" },
        {
            Usb,
            "vpd_pg80=BRIDGED;../../../../idVendor=46f4;../../../../serial=STICK-1",
            "BRIDGED",
            "",
            "pci-0000:00:14.0-usb-1:1.0-scsi-0:0:0"
        },
        { "pci0000:00/0000:00:09.0/virtio3", "", "", "", "pci-0000:00:09.0" },
        {
            "pci0000:00/0000:00:1c.0/0000:01:00.0/nvme/nvme1",
            "serial=QM\u001b[31m\tX\u0007=9=;block/DISK/nsid=2",
            "QM [31m X =9=",
            "",
            "pci-0000:01:00.0-nvme-2"
        },
    };

    public void Dispose() => _shell.Dispose();

    [Theory]
    [MemberData(nameof(Attachments))]
    public async Task Serial_number_world_wide_name_and_place_are_read_on_every_kind_of_attachment(
        string device,
        string files,
        string serial,
        string wwid,
        string place)
    {
        _shell.Disk("disk0", device, 4096);
        foreach (var (name, text) in files.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(file => file.Split('=', 2))
            .Select(parts => (parts[0].Replace("DISK", "disk0"), parts[1])))
        {
            if (name == "vpd_pg80") _shell.Page80("disk0", text);
            else _shell.File($"sys/devices/{device}/{name}", text);
        }

        var identity = (await _shell.RunAsync("disk_identity $SYS/block/disk0")).Approved().Output;

        identity.Should().Be($"name=disk0\tserial={serial}\twwid={wwid}\tsize=2097152\tmodel=\tpath={place}");
    }

    /// <summary>A file of the kernel's whose size is 0 and whose content is a page 80h: the command line of a process.</summary>
    [Fact]
    public async Task A_serial_number_is_read_from_a_file_whose_size_is_0()
    {
        _shell.Disk("sda", Sata, 4096);
        var bash = Judge.Require("bash", "bash");

        var serial = (await _shell.RunAsync(
            $$"""
            # arguments "", "80", "14 SATA77", each ended by NUL, are the bytes 00 80 00 14 and the text
            mkfifo $RUN/held
            ({{bash}} -c 'exec -a "" cat - "$(printf "\x80")" "$(printf "\x14SATA77")"' <$RUN/held >/dev/null 2>&1) &
            exec 6>$RUN/held
            for tries in 1 2 3 4 5 6 7 8 9; do
                for process in $(pidof cat); do
                    ! grep -q SATA77 /proc/$process/cmdline 2>/dev/null || ln -sf /proc/$process/cmdline $SYS/block/sda/device/vpd_pg80
                done
                [ ! -e $SYS/block/sda/device/vpd_pg80 ] || break
            done
            [ -s $SYS/block/sda/device/vpd_pg80 ] && echo "it has a size"
            disk_serial $SYS/block/sda
            """)).Output;

        serial.Should().Be("SATA77");
    }

    [Fact]
    public void No_script_asks_for_the_size_of_a_file_of_the_kernels()
    {
        foreach (var (path, content) in Images.Ephemeral.AgentFiles.All)
        {
            System.Text.Encoding.UTF8.GetString(content).Split('\n')
                .Should().NotContain(line => SizeOfFile.IsMatch(line), path);
        }
    }

    public static TheoryData<string, string, string, string> Matches => new()
    {
        // wanted; all of the inventory (empty: the wanted alone); present, separated by bars; what comes
        { "name=sdb,serial=S1,size=10", "", "name=sda,serial=S1,size=10|name=sdb,serial=S2,size=10", "disk sda" },
        { "name=sda,serial=S 1,size=10", "", "name=sda,serial=S1,size=10", "disk sda" },
        { "name=sda,serial=S1,size=10", "", "name=sda,serial=S2,size=10", "none sda (S1) is absent" },
        {
            "name=sda,serial=S1,size=10",
            "",
            "name=sda,serial=S1,size=20",
            "none sda (S1) has another size than in the inventory: commission this machine again"
        },
        { "name=sda,serial=0,size=10", "", "name=sda,serial=00,size=10", "none sda (0) is absent" },
        // two with one serial number: the place decides, else nothing
        { "name=sda,serial=T,size=10,path=p2", "", "name=sda,serial=T,size=10,path=p1|name=sdb,serial=T,size=10,path=p2", "disk sdb" },
        {
            "name=sda,serial=T,size=10,wwid=w2,path=p9",
            "",
            "name=sda,serial=T,size=10,wwid=w1,path=p1|name=sdb,serial=T,size=10,wwid=w2,path=p2",
            "disk sdb"
        },
        {
            "name=sda,serial=T,size=10,path=p3",
            "",
            "name=sda,serial=T,size=10,path=p1|name=sdb,serial=T,size=10,path=p2",
            "none sda (T) cannot be told: 2 disks have its serial number, and 0 of them its place"
        },
        { "name=sdb,serial=T", "", "name=sda,serial=T,size=10,path=p1|name=sdb,serial=T,size=10,path=p2", "disk sdb" },
        {
            "name=sdc,serial=T",
            "",
            "name=sda,serial=T,size=10,path=p1|name=sdb,serial=T,size=10,path=p2",
            "none sdc (T) cannot be told: 2 disks have its serial number, and 0 of them its place"
        },
        // the inventory has twins, and only the other one is there
        {
            "name=sda,serial=T,size=10,path=p1",
            "name=sda,serial=T,size=10,path=p1|name=sdb,serial=T,size=10,path=p2",
            "name=sda,serial=T,size=10,path=p2",
            "none sda (T) is absent"
        },
        // without a serial number
        { "name=vda,size=10,model=M,path=p1", "", "name=vdb,size=10,model=M,path=p1|name=vda,size=10,model=M,path=p2", "disk vdb" },
        { "name=vda,size=10,model=M,path=p1", "", "name=vda,size=10,model=M,path=p2", "none vda is absent" },
        { "name=vda,size=10,model=M,path=p1", "", "name=vda,size=10,model=N,path=p1", "none vda is absent" },
        { "name=vda,size=10,wwid=w1,path=p1", "", "name=vda,size=10,wwid=w1,path=p9", "disk vda" },
        { "name=vda,size=10,path=p1", "", "name=vda,serial=S,size=10,path=p1", "none vda is absent" },
        // an inventory of before places were told
        { "name=sda,size=10", "", "name=sda,serial=NOW,size=10,path=p1", "disk sda" },
        { "name=sda,size=10", "", "name=sdb,serial=NOW,size=10,path=p1", "none sda is absent" },
        { "name=sda", "", "", "none sda is absent" },
        // no two are one
        { "name=sda,serial=S1,size=10|name=sdb,serial=S1,size=10", "", "name=sda,serial=S1,size=10", "disk sda;none sdb (S1) is absent" },
        {
            "name=sda,serial=S1|name=sda,serial=S1",
            "",
            "name=sda,serial=S1",
            "disk sda;none sda (S1) cannot be told from sda, which is another disk of the inventory"
        },
    };

    [Theory]
    [MemberData(nameof(Matches))]
    public async Task A_disk_is_found_by_all_that_is_known_of_it_or_not_at_all(string wanted, string known, string present, string found)
    {
        _shell.File("run/disks.wanted", Lines(wanted));
        _shell.File("run/disks.known", Lines(known.Length == 0 ? wanted : known));
        _shell.Write("run/disks.present", System.Text.Encoding.UTF8.GetBytes(Lines(present)));

        (await _shell.RunAsync("match_disks $RUN/disks.wanted")).Approved().Output.TrimEnd()
            .Replace("\n", ";", StringComparison.Ordinal)
            .Should()
            .Be(found);
    }

    [Fact]
    public async Task A_disk_that_appears_late_gets_its_driver_and_is_waited_for()
    {
        _shell.File("sys/devices/pci0000:00/0000:00:14.0/modalias", "pci:v00001B36d0000000D");
        _shell.Disk("sdq", Usb, 4096);
        File.Delete(_shell["sys/block/sdq"]);
        var output = (await _shell.RunAsync(
            """
            PATIENCE=30
            load_drivers
            polls=0
            usleep() {
                polls=$((polls + 1))
                # First the device, whose driver then brings the disk.
                usb=$SYS/devices/pci0000:00/0000:00:14.0/usb2
                [ $polls != 3 ] || { echo scsi:t-0x00 >$usb/modalias && echo 101 >$SYS/kernel/uevent_seqnum; }
                [ $polls -lt 5 ] || ! grep -q scsi:t-0x00 $RUN/modprobe || {
                    ln -sf $usb/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block/sdq $SYS/block/sdq && echo 102 >$SYS/kernel/uevent_seqnum
                }
            }
            wait_for_disks && echo "found $(disks) after $polls"
            """)).Approved().Output;

        output.Should().Contain("found sdq after 5");
        (await File.ReadAllTextAsync(_shell["run/modprobe"], TestContext.Current.CancellationToken)).Should().Contain(
            "pci:v00001B36d0000000D").And.Contain(
            "scsi:t-0x00");
    }

    [Fact]
    public async Task A_device_that_names_its_driver_in_its_event_alone_gets_it_as_well()
    {
        _shell.File("sys/devices/pci0000:00/0000:00:08.0/mmc_host/mmc0/mmc0:4567/uevent", "MMC_TYPE=SD\nMODALIAS=mmc:block");
        _shell.File("sys/devices/pci0000:00/0000:00:08.0/uevent", "DRIVER=sdhci-pci\nPCI_ID=1B36:0007\nMODALIAS=pci:v00001B36d00000007");
        _shell.File("sys/devices/pci0000:00/0000:00:08.0/modalias", "pci:v00001B36d00000007");

        (await _shell.RunAsync("load_drivers; load_drivers")).Approved();

        (await File.ReadAllTextAsync(_shell["run/modprobe"], TestContext.Current.CancellationToken)).Should()
            .Be("modprobe -b -q -a mmc:block pci:v00001B36d00000007\n");
    }

    [Fact]
    public async Task Waiting_ends_with_the_patience_and_without_events_nothing_is_looked_at_again()
    {
        var output = (await _shell.RunAsync(
            """
            PATIENCE=5
            uptime=7
            tries=0
            usleep() { uptime=$((uptime + 1)) && echo "$uptime.00 1.00" >$PROC/uptime; }
            look() { tries=$((tries + 1)) && return 1; }
            until_found look || echo "gave up at $uptime after $tries"
            """)).Approved().Output;

        output.Should().Be("gave up at 12 after 1\n");
    }

    private static string Lines(string records) =>
        string.Concat(records.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(record => record.Replace(',', '\t') + "\n"));
}
