using MaasServer;

return await Server.RunAsync(args);
