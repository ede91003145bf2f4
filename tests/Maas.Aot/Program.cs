// Uses the libraries as a program that is compiled ahead of time does. A test publishes it and starts it.
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
    await ClientChecks.RunAsync();
    Console.WriteLine("Maas.Client: answers of every kind");
    await HostingChecks.RunAsync(folder);
    Console.WriteLine("Maas.Hosting and Maas.Api: a web application");
}
finally
{
    Directory.Delete(folder, recursive: true);
}
