using VmLab;

// Root and QEMU: a private link, a server and two machines, taken through their whole life while you watch.
using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    stopping.Cancel();
};
return await LabShow.RunAsync(stopping.Token);
