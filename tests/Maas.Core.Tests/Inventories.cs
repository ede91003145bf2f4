namespace Maas.Core.Tests;

/// <summary>Inventories as the built-in script prints them.</summary>
public static class Inventories
{
    public static string Small(string mac = "52:54:00:00:00:01", int cpus = 2, int memoryMiB = 2048, params string[] disks) =>
        string.Join('\n',
    [
        "maas-inventory\t1",
        "system\tmachine=x86_64\tfirmware=uefi",
        $"cpu\tcount={cpus}\tcores={cpus}\tsockets=1\tmax_mhz=2400\tmodel=QEMU Virtual CPU",
        $"memory\tkib={memoryMiB * 1024}",
        "identity\tvendor=QEMU\tproduct=Standard PC\tserial=S1\tuuid=11111111-2222-3333-4444-555555555555",
        .. (disks.Length == 0 ? ["vda"] : disks)
        .Select(disk =>
            $"disk\tname={disk}\tsize=2147483648\tblock=512\trotational=0\tremovable=0\tro=0" +
            $"\tbus=virtio\tserial=serial-{disk}\tmodel=Disk"),
        $"nic\tname=eth0\tmac={mac}\tspeed=1000\tlink=1\tmtu=1500\tdriver=virtio_net\tpci=0000:00:03.0\tvendor=1af4\tproduct=1000",
        "end",
        "",
    ]);
}
