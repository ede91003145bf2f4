// Uses Maas.Core, Maas.Boot, Maas.Images and Maas.Power as a program that is compiled ahead of time. A test publishes it and starts it.
using Maas.Aot;

var folder = Directory.CreateTempSubdirectory("maas-aot-").FullName;
try
{
    await StoreChecks.RunAsync(folder);
    Console.WriteLine("Maas.Core: every store");
    await LifeChecks.RunAsync(folder);
    Console.WriteLine("Maas.Core: a machine's life");
    await BootChecks.RunAsync();
    Console.WriteLine("Maas.Boot: DHCP and TFTP");
    await ImageChecks.RunAsync(folder);
    Console.WriteLine("Maas.Images: disks, file systems and archives");
    await PowerChecks.RunAsync();
    Console.WriteLine("Maas.Power: drivers");
}
finally
{
    Directory.Delete(folder, recursive: true);
}
