"""Three bots with aiogram, side by side: to load this library takes longer than all that they do.

When the last one is over, what the library told is printed as JSON, by chapter.
"""

import asyncio
import json
import os
import ssl
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError, TelegramRetryAfter
from aiogram.types import BotCommand, FSInputFile, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

ROOT = os.environ["API_ROOT"]


def bot_with(token):
    return Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(ROOT)))


def dispatcher(heard, over):
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message):
        heard.append(message.text)
        if message.text == "bye":
            over.set()
        if message.text.startswith("call"):
            await message.answer(f"echo: {message.text}")
        else:
            return message.answer(f"echo: {message.text}")

    return dispatcher


async def webhook(token):
    heard, over = [], asyncio.Event()
    ip, cert, key = os.environ["WEBHOOK_IP"], os.environ["TLS_CERT"], os.environ["TLS_KEY"]
    bot, app = bot_with(token), web.Application()
    handler = SimpleRequestHandler(dispatcher(heard, over), bot, handle_in_background=False, secret_token="sesame")
    handler.register(app, path="/hook")
    setup_application(app, handler.dispatcher, bot=bot)
    runner = web.AppRunner(app)
    await runner.setup()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    await web.TCPSite(runner, ip, 8443, ssl_context=context).start()
    await bot.set_webhook(f"https://{ip}:8443/hook", certificate=FSInputFile(cert), secret_token="sesame")
    await over.wait()
    await asyncio.sleep(0.3)
    await bot.delete_webhook()
    await runner.cleanup()
    return heard


async def polling(token):
    heard, over = [], asyncio.Event()
    bot, heralds = bot_with(token), dispatcher(heard, over)
    running = asyncio.create_task(heralds.start_polling(bot, polling_timeout=2, handle_signals=False))
    # A bot that cannot even begin must not wait for its end.
    await asyncio.wait([running, asyncio.create_task(over.wait())], return_when=asyncio.FIRST_COMPLETED)
    await asyncio.sleep(0.3)
    if not running.done():
        await heralds.stop_polling()
    await running
    return heard


async def fault_of(call):
    try:
        await call
    except TelegramRetryAfter as error:
        return [type(error).__name__, error.retry_after]
    except AiogramError as error:
        return [type(error).__name__, getattr(error, "message", str(error))]
    return "no error"


async def asked(token):
    async with bot_with(token) as bot:
        me = await bot.get_me()
        told = {"me": [me.id, me.is_bot, me.username], "set": await bot.set_webhook("https://127.60.0.1/hook")}
        told["too soon"] = await fault_of(bot.set_webhook("https://127.60.0.1/other"))
        told["conflict"] = await fault_of(bot.get_updates())
        info = await bot.get_webhook_info()
        told["info"] = [info.url, info.has_custom_certificate, info.max_connections, info.allowed_updates]
        told["deleted"] = await bot.delete_webhook(drop_pending_updates=True)
        told["none"] = (await bot.get_webhook_info()).url
        # One a second and bot, in the simulators' time.
        await asyncio.sleep(float(os.environ["ONE_SECOND"]))
        told["wrong port"] = await fault_of(bot.set_webhook("https://127.60.0.1:8444/hook"))
        told["no chat"] = await fault_of(bot.send_message(chat_id="", text="hi"))
        told["commands"] = await bot.set_my_commands([BotCommand(command="start", description="Begin")])
        told["command"] = [command.command for command in await bot.get_my_commands()]
        told["described"] = await bot.set_my_description("It echoes.")
        told["description"] = (await bot.get_my_description()).description
    async with bot_with(f"{token[:-1]}x") as bot:
        told["revoked"] = await fault_of(bot.get_me())
    return told


async def asked_in_vain(token):
    """The test has seen to it that getMe is answered by a page of HTML, and then not at all."""
    async with bot_with(token) as bot:
        return {"html": (await fault_of(bot.get_me()))[0], "dropped": (await fault_of(bot.get_me()))[0]}


async def calls(token):
    return await asked_in_vain(token) | await asked(token)


async def together(tokens):
    chapters = {"webhook": webhook, "polling": polling, "calls": calls}
    told = await asyncio.gather(*(chapters[name](token) for name, token in tokens.items()))
    return dict(zip(tokens, told))


json.dump(asyncio.run(together(json.loads(os.environ["BOT_TOKENS"]))), sys.stdout)
